import type { Clock } from '#core/clock.ts'
import type { SharedSecret } from '../shared-secret.ts'
import { encodeDynamicRequest, numberOf, numbersOf, readDynamicReply } from './dynamic-request.ts'
import type { DynamicReply } from './dynamic-request.ts'
import type { FormRequest } from './forms.ts'

/** Requests of ours to one gateway at once: its others wait for the next turn. */
const PENDING_MOST = 64

interface Waiting {
  readonly bytes: Uint8Array
  readonly settle: (reply: DynamicReply | null) => void
}

/** One request that was made and waits for its reply. */
export interface PendingRequest {
  readonly bytes: Uint8Array
  /** Null when it was given up. */
  readonly reply: Promise<DynamicReply | null>
  giveUp(): void
}

/** The requests of ours to one gateway that are not answered yet, over one connection or address. */
export class Pending {
  readonly #waiting = new Map<number, Waiting>()
  readonly #secret: SharedSecret
  readonly #clock: Clock
  #next: number

  /** `first` is where numbers begin: a number that was used a moment ago would be taken for a repetition. */
  constructor(secret: SharedSecret, clock: Clock, first: number) {
    this.#secret = secret
    this.#clock = clock
    this.#next = first
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Null when too many wait. */
  open(request: FormRequest): PendingRequest | null {
    if (this.#waiting.size >= PENDING_MOST) return null
    const number = this.#vacant()
    const bytes = encodeDynamicRequest(request, number, this.#secret, this.#clock)
    const { promise, resolve } = Promise.withResolvers<DynamicReply | null>()
    const settle = (reply: DynamicReply | null): void => {
      this.#waiting.delete(number)
      resolve(reply)
    }
    this.#waiting.set(number, { bytes, settle })
    return { bytes, reply: promise, giveUp: () => settle(null) }
  }

  /** Whether the bytes answered one of them; what is forged or late is not. */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length < HEADER_BYTES) return false
    const waiting = this.#waiting.get(numberOf(bytes, this.#secret))
    if (waiting === undefined) return false
    const reply = readDynamicReply(bytes, waiting.bytes, this.#secret)
    if (reply === null) return false
    waiting.settle(reply)
    return true
  }

  /** No reply will come any more. */
  end(): void {
    for (const { settle } of this.#waiting.values()) settle(null)
  }

  #vacant(): number {
    const numbers = numbersOf(this.#secret)
    do this.#next = (this.#next + 1) % numbers
    while (this.#waiting.has(this.#next))
    return this.#next
  }
}

const HEADER_BYTES = 20
