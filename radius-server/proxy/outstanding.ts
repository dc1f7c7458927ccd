import { PACKET_LIMITS } from '../packet.ts'
import type { Packet } from '../packet.ts'
import type { SharedSecret } from '../shared-secret.ts'
import { encodeOutgoing, readHomeReply } from './outgoing.ts'
import type { OutgoingRequest } from './outgoing.ts'
import type { ReplyFault } from './proxy-metrics.ts'

/** RFC 2865 §3: an Identifier is one octet. */
export const IDENTIFIERS = 256

interface Waiting {
  readonly bytes: Uint8Array
  readonly settle: (reply: Packet | null) => void
}

/** One request that was made and waits for its reply. */
export interface OpenRequest {
  /** Null when nothing more will come. */
  readonly reply: Promise<Packet | null>
  readonly bytes: Uint8Array
  giveUp(): void
}

/** The requests that one socket has sent and that are not answered yet, by their Identifier. */
export class Outstanding {
  readonly #waiting: (Waiting | null)[] = Array.from({ length: IDENTIFIERS }, () => null)
  readonly #secret: SharedSecret
  readonly #isSignatureNeeded: boolean
  #next: number
  #size = 0

  /** `first`: a number that another socket has just used from the same port must not come again at once. */
  constructor(secret: SharedSecret, isSignatureNeeded: boolean, first: number) {
    this.#secret = secret
    this.#isSignatureNeeded = isSignatureNeeded
    this.#next = first
  }

  get size(): number {
    return this.#size
  }

  /** Null when every Identifier is in use. */
  open(request: OutgoingRequest): OpenRequest | null {
    if (this.#size === IDENTIFIERS) return null
    do this.#next = (this.#next + 1) % IDENTIFIERS
    while (this.#waiting[this.#next] !== null)
    const identifier = this.#next
    const bytes = encodeOutgoing(request, identifier, this.#secret)
    const { promise, resolve } = Promise.withResolvers<Packet | null>()
    const waiting: Waiting = {
      bytes,
      settle: (reply) => {
        if (this.#waiting[identifier] !== waiting) return
        this.#waiting[identifier] = null
        this.#size -= 1
        resolve(reply)
      },
    }
    this.#waiting[identifier] = waiting
    this.#size += 1
    return { reply: promise, bytes, giveUp: () => waiting.settle(null) }
  }

  /** Null if the bytes answered one of them. */
  receive(bytes: Uint8Array): ReplyFault | null {
    const waiting = bytes.length < PACKET_LIMITS.shortest ? null : this.#waiting[bytes[1] ?? 0]
    if (waiting === null || waiting === undefined) return 'not-awaited'
    const reply = readHomeReply(bytes, waiting.bytes, this.#secret, this.#isSignatureNeeded)
    // The true one may still come.
    if (reply === null) return 'not-authentic'
    waiting.settle(reply)
    return null
  }

  /** No reply will come any more. */
  end(): void {
    for (const waiting of this.#waiting) waiting?.settle(null)
  }
}
