import { PACKET_LIMITS } from '../packet.ts'

const LENGTH_END = 4
const NOTHING = new Uint8Array(0)

/**
 * Cuts a stream into packets by their Length field (RFC 6613 §2.6.1), wherever it was split on its way.
 * Holds what was pushed last and less than a packet of what came before.
 */
export class Frames {
  #held: Uint8Array = NOTHING
  #at = 0

  /** Octets that came and are not yet a packet that was taken. */
  get waiting(): number {
    return this.#held.length - this.#at
  }

  push(chunk: Uint8Array): void {
    this.#held = this.waiting === 0 ? chunk : Buffer.concat([this.#held.subarray(this.#at), chunk])
    this.#at = 0
  }

  /** Null: more must come first. A Length that cannot be is the end: what follows it is not known. */
  next(): Uint8Array | 'malformed' | null {
    if (this.waiting < LENGTH_END) return null
    const length = ((this.#held[this.#at + 2] ?? 0) << 8) | (this.#held[this.#at + 3] ?? 0)
    if (length < PACKET_LIMITS.shortest || length > PACKET_LIMITS.longest) return 'malformed'
    if (this.waiting < length) return null
    const packet = this.#held.subarray(this.#at, this.#at + length)
    this.#at += length
    return packet
  }
}
