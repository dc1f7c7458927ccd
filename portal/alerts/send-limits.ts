export const SEND_LIMITS = {
  /** One message, from the look-up of the name to the answer. */
  timeoutMs: 10_000,
  headerBytes: 16_384,
  /** The longest that a receiver can have us wait. */
  longestWaitMs: 3_600_000,
  /** What one datagram carries everywhere (RFC 5426 §3.2). */
  datagramBytes: 2_048,
} as const

export type SendOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** One line, without a secret. */
      readonly reason: string
      /** What the receiver asked for; null: nothing. */
      readonly retryAfterMs: number | null
    }
