import type { Clock } from '#core/clock.ts'
import { AUTHENTICATOR_BYTES } from './authenticator.ts'
import { AUTHENTICATOR_AT } from './packet.ts'
import { RequestTable } from './request-table.ts'
import { silence } from './request.ts'
import type { Answer, RadiusRequest } from './request.ts'

export const DUPLICATE_LIMITS = {
  /** At 2,000 requests a second, every one is held for its whole life. */
  requests: 32_768,
  /** RFC 5080 §2.2.2: 5 to 30 seconds. */
  lifeMs: 15_000,
} as const

/** An Accounting-Response with a Message-Authenticator and nothing else has 38 octets. */
const SLOT_BYTES = 40

/**
 * Gateways send a request again when the answer is late. While it is in progress the copy is
 * dropped, afterwards it gets the very same bytes: an accounting record is written once, a password
 * is checked once, an EAP conversation does not step twice.
 */
export interface Duplicates {
  /** The answer to a copy; null for a request that is new, which is then in progress. */
  begin(request: RadiusRequest): Answer | null
  /**
   * Remembers the reply; without one, a copy will be worked on afresh. Only the request that began
   * may: a forged packet with the same header must not end the work on a true one.
   */
  finish(request: RadiusRequest, reply: Uint8Array | null): void
  readonly size: number
  readonly evicted: number
}

export function createDuplicates(
  clock: Clock,
  limit: number = DUPLICATE_LIMITS.requests,
): Duplicates {
  const table = new RequestTable(limit)
  const authenticators = new Uint8Array(limit * AUTHENTICATOR_BYTES)
  const expires = new Float64Array(limit)
  /** Who will bring the reply; null when it is there. */
  const workers: (RadiusRequest | null)[] = Array.from({ length: limit }, () => null)
  /** Those that are longer than a slot; null for the others. */
  const replies: (Uint8Array | null)[] = Array.from({ length: limit }, () => null)
  /**
   * Short replies side by side, as those to all accounting packets are: an object for each, kept for
   * seconds, the collector would move twice before it is forgotten.
   */
  const slots = new Uint8Array(limit * SLOT_BYTES)
  const lengths = new Uint8Array(limit)
  let evicted = 0

  function keep(at: number, reply: Uint8Array | null): void {
    const isShort = reply !== null && reply.length <= SLOT_BYTES
    replies[at] = isShort ? null : reply
    lengths[at] = isShort ? reply.length : 0
    if (!isShort) return
    const slot = at * SLOT_BYTES
    for (let i = 0; i < reply.length; i += 1) slots[slot + i] = reply[i] ?? 0
  }

  /** A copy: the slot may have another request's before this is sent. */
  function kept(at: number): Uint8Array | null {
    const length = lengths[at] ?? 0
    return length === 0
      ? (replies[at] ?? null)
      : slots.slice(at * SLOT_BYTES, at * SLOT_BYTES + length)
  }

  /** Equal in every octet; without a branch on them, as everything that a forger could probe. */
  function isSame(at: number, bytes: Uint8Array): boolean {
    let difference = 0
    for (let i = 0; i < AUTHENTICATOR_BYTES; i += 1) {
      difference |=
        (authenticators[at * AUTHENTICATOR_BYTES + i] ?? 0) ^ (bytes[AUTHENTICATOR_AT + i] ?? 0)
    }
    return difference === 0
  }

  function find({ source, packet }: RadiusRequest): number {
    return table.find(source.address, source.port, packet.code, packet.identifier)
  }

  function place(request: RadiusRequest, known: number, now: number): number {
    const { source, packet } = request
    if (known >= 0) {
      table.renew(known)
      return known
    }
    const isFull = table.size === limit
    const at = table.add(source.address, source.port, packet.code, packet.identifier)
    if (isFull && (expires[at] ?? 0) > now) evicted += 1
    return at
  }

  return {
    begin(request) {
      // RADIUS/1.1 has Tokens instead, and over TCP nothing is sent twice (RFC 6613 §2.6.1).
      if (!request.client.secret.isUsed) return null
      const { bytes } = request.packet
      const now = clock()
      const known = find(request)
      if (known >= 0 && (expires[known] ?? 0) > now && isSame(known, bytes)) {
        const reply = kept(known)
        return reply === null ? silence('duplicate-in-progress') : { kind: 'resend', bytes: reply }
      }
      // The same identifier with another authenticator is a new request: the gateway has given the
      // old one up, so it makes room.
      const at = place(request, known, now)
      for (let i = 0; i < AUTHENTICATOR_BYTES; i += 1) {
        authenticators[at * AUTHENTICATOR_BYTES + i] = bytes[AUTHENTICATOR_AT + i] ?? 0
      }
      expires[at] = now + DUPLICATE_LIMITS.lifeMs
      workers[at] = request
      keep(at, null)
      return null
    },
    finish(request, reply) {
      if (!request.client.secret.isUsed) return
      const at = find(request)
      if (at < 0 || workers[at] !== request) return
      workers[at] = null
      keep(at, reply)
      if (reply === null) table.remove(at)
    },
    get size() {
      return table.size
    },
    get evicted() {
      return evicted
    },
  }
}
