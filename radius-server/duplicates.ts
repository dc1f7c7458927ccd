import { timingSafeEqual } from 'node:crypto'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { silence } from './request.ts'
import type { Answer, RadiusRequest } from './request.ts'

const DUPLICATE_LIMITS = {
  /** At 2,000 requests a second, every one is held for its whole life. */
  requests: 32_768,
  /** RFC 5080 §2.2.2: 5 to 30 seconds. */
  lifeMs: 15_000,
} as const

interface Held {
  readonly authenticator: Uint8Array
  /** Who will bring the reply; null when it is there. */
  worker: RadiusRequest | null
  reply: Uint8Array | null
}

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

export function createDuplicates(clock: Clock): Duplicates {
  const held = new BoundedMap<string, Held>({
    limit: DUPLICATE_LIMITS.requests,
    ttlMs: DUPLICATE_LIMITS.lifeMs,
    clock,
  })
  return {
    begin(request) {
      const { authenticator } = request.packet
      const key = keyOf(request)
      const known = held.get(key)
      if (known !== undefined && timingSafeEqual(known.authenticator, authenticator)) {
        return known.reply === null
          ? silence('duplicate-in-progress')
          : { kind: 'resend', bytes: known.reply }
      }
      // The same identifier with another authenticator is a new request: the gateway has given the
      // old one up, so it makes room.
      held.set(key, { authenticator: Uint8Array.from(authenticator), worker: request, reply: null })
      return null
    },
    finish(request, reply) {
      const key = keyOf(request)
      const known = held.get(key)
      if (known === undefined || known.worker !== request) return
      known.worker = null
      known.reply = reply
      if (reply === null) held.delete(key)
    },
    get size() {
      return held.size
    },
    get evicted() {
      return held.evicted
    },
  }
}

function keyOf({ source, packet }: RadiusRequest): string {
  return `${source.address} ${source.port} ${packet.code} ${packet.identifier}`
}
