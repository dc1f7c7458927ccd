import type { OutgoingRequest } from './outgoing.ts'
import type { OpenRequest } from './outstanding.ts'

export const LINK_LIMITS = {
  /** Sockets or connections to one port of one server, with 256 requests each. */
  sockets: 4,
  receiveBufferBytes: 1024 * 1024,
  /** Of TCP and TLS together. */
  connectMs: 5_000,
  /** What waits for a home server to read: more than this is refused. */
  unsentBytes: 1024 * 1024,
  keepAliveMs: 60_000,
} as const

/** A request under way. */
export interface SentRequest extends Pick<OpenRequest, 'reply' | 'giveUp'> {
  /** Over TCP, which repeats by itself, nothing. */
  sendAgain(): void
}

/** The way to one port of one home server. */
export interface Link {
  /** Sends it once. */
  send(request: OutgoingRequest): Promise<SentRequest | 'full' | 'unreachable'>
  readonly outstanding: number
  /** Whether what is not answered is to be sent again. */
  readonly isLossy: boolean
  /** Gives up all that waits. */
  giveUpAll(): void
  close(): Promise<void>
}
