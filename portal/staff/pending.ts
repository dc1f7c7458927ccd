import { z } from 'zod'
import type { Seal } from '#core/seal.ts'
import { LIMITS } from '../limits.ts'

/** A password that was right; nothing is open before the second factor. */
const FACTOR = z.strictObject({
  username: z.string(),
  /** Base64, of a second factor that is being enrolled; null where there is one. */
  secret: z.string().nullable(),
  to: z.string(),
  isAgain: z.boolean(),
  at: z.number(),
})

/** What must come back from an identity provider, and where to go then (RFC 7636, OpenID Connect Core §3.1). */
const SIGN_IN = z.strictObject({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
  isAgain: z.boolean(),
  at: z.number(),
})

export type PendingFactor = z.infer<typeof FACTOR>
export type PendingSignIn = z.infer<typeof SIGN_IN>

/** Sealed into a cookie, so that any copy of the portal can finish what another began. */
export function sealPendingFactor(seal: Seal, pending: PendingFactor): string {
  return seal.seal(JSON.stringify(pending), 'staff factor 1')
}

export function openPendingFactor(
  seal: Seal,
  sealed: string | null,
  now: number,
): PendingFactor | null {
  return open(FACTOR, seal, sealed, 'staff factor 1', now)
}

export function sealPendingSignIn(seal: Seal, pending: PendingSignIn): string {
  return seal.seal(JSON.stringify(pending), 'staff sign-in 1')
}

export function openPendingSignIn(
  seal: Seal,
  sealed: string | null,
  now: number,
): PendingSignIn | null {
  return open(SIGN_IN, seal, sealed, 'staff sign-in 1', now)
}

function open<T extends { readonly at: number }>(
  schema: z.ZodType<T>,
  seal: Seal,
  sealed: string | null,
  context: string,
  now: number,
): T | null {
  const bytes = sealed === null ? null : seal.open(sealed, context)
  if (bytes === null) return null
  // Ours, but perhaps written by another version of this program.
  const parsed = schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return null
  return Math.abs(now - parsed.data.at) > LIMITS.signInMs ? null : parsed.data
}
