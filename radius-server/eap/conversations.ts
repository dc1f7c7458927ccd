import type { Clock } from '#core/clock.ts'
import { randomOctets } from '#core/random-octets.ts'
import type { LoginOrigin } from '../access/login-origin.ts'
import { stateOf } from '../hand-over/owner.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { EapMethod } from './eap-method.ts'

export const CONVERSATION_LIMITS = {
  /** Each takes 72 kB once TLS has begun; 300 logins a second need about 600 of them. */
  live: 10_000,
  /** RFC 9191: authenticators give up after 40 to 50. */
  rounds: 50,
  idleMs: 60_000,
} as const

/** What is known of one peer between two of its packets. */
export interface Conversation {
  /** Sent as State, echoed by the gateway (RFC 2865 §5.24): whoever has it goes on with it. */
  readonly state: Uint8Array
  readonly gateway: string
  readonly station: string | null
  readonly origin: LoginOrigin
  /** Of what is tried now: another method begins another. */
  trace: LoginTrace
  /** Null until the peer has said who it is. */
  method: EapMethod | null
  /** The peer has answered within the method: it can no longer ask for another. */
  hasBegun: boolean
  /** Types that the peer refused. */
  readonly refused: Set<number>
  /** The identifier of the outstanding Request. */
  identifier: number
  rounds: number
  isBusy: boolean
  isClosed: boolean
  usedAt: number
}

/** Bounded in number and in idle time; the one that was idle longest makes room. */
export interface Conversations {
  open(
    opening: Pick<Conversation, 'gateway' | 'station' | 'origin' | 'identifier' | 'trace'>,
  ): Conversation
  /** Finds by State, only for the gateway that was given it; counts as use. */
  find(state: Uint8Array, gateway: string): Conversation | undefined
  close(conversation: Conversation): void
  /** Lets go of those that were idle too long. */
  sweep(): void
  readonly size: number
  /** How many had to make room, were idle too long or were replaced by a newer one. */
  readonly evicted: number
}

/** `owner` is the tag of this process, by which another one knows whose a State is. */
export function createConversations(
  clock: Clock,
  owner: Uint8Array,
  limit: number = CONVERSATION_LIMITS.live,
): Conversations {
  // Insertion order is order of use: find() moves an entry to the end.
  const byState = new Map<string, Conversation>()
  const byStation = new Map<string, Conversation>()
  let evicted = 0

  function close(conversation: Conversation): void {
    conversation.isClosed = true
    conversation.method?.close()
    byState.delete(keyOf(conversation.state))
    const station = stationKey(conversation)
    if (station !== null && byStation.get(station) === conversation) byStation.delete(station)
  }

  function evict(conversation: Conversation): void {
    evicted += 1
    close(conversation)
  }

  function sweep(): void {
    const before = clock() - CONVERSATION_LIMITS.idleMs
    for (const conversation of byState.values()) {
      if (conversation.usedAt > before) return
      evict(conversation)
    }
  }

  return {
    open(opening) {
      sweep()
      const [oldest] = byState.size >= limit ? byState.values() : []
      if (oldest !== undefined) evict(oldest)
      const conversation: Conversation = {
        ...opening,
        method: null,
        hasBegun: false,
        refused: new Set(),
        state: stateOf(owner, randomOctets),
        rounds: 0,
        isBusy: false,
        isClosed: false,
        usedAt: clock(),
      }
      byState.set(keyOf(conversation.state), conversation)
      const station = stationKey(conversation)
      if (station !== null) {
        // A device that begins anew has given the old conversation up.
        const older = byStation.get(station)
        if (older !== undefined) evict(older)
        byStation.set(station, conversation)
      }
      return conversation
    },
    find(state, gateway) {
      const key = keyOf(state)
      const conversation = byState.get(key)
      if (conversation === undefined || conversation.gateway !== gateway) return undefined
      conversation.usedAt = clock()
      byState.delete(key)
      byState.set(key, conversation)
      return conversation
    },
    close,
    sweep,
    get size() {
      return byState.size
    },
    get evicted() {
      return evicted
    },
  }
}

function keyOf(state: Uint8Array): string {
  return Buffer.from(state.buffer, state.byteOffset, state.length).toString('latin1')
}

function stationKey({ gateway, station }: Conversation): string | null {
  return station === null ? null : `${gateway} ${station}`
}
