const SMALL = 512

/** Messages with their two-byte length (RFC 1035 section 4.2.2), out of pieces cut at any byte. */
export class TcpFrames {
  #held = Buffer.allocUnsafe(SMALL)
  #start = 0
  #end = 0

  /** Room grows with what has arrived, never with what a length only announces. */
  push(chunk: Uint8Array): void {
    const live = this.#end - this.#start
    if (this.#held.length - this.#end < chunk.length) {
      const needed = live + chunk.length
      const room = needed <= this.#held.length ? this.#held : Buffer.allocUnsafe(needed * 2)
      this.#held.copy(room, 0, this.#start, this.#end)
      this.#held = room
      this.#start = 0
      this.#end = live
    }
    this.#held.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** Length of the message that has begun, 0 when none has. */
  get announced(): number {
    return this.#end - this.#start < 2 ? 0 : this.#held.readUInt16BE(this.#start)
  }

  /** The next whole message, which may be empty; null until it is there. */
  next(): Uint8Array | null {
    const live = this.#end - this.#start
    if (live < 2) return null
    const length = this.#held.readUInt16BE(this.#start)
    if (live < 2 + length) return null
    const from = this.#start + 2
    // A copy: the room is written over while a question still waits for its answer.
    const message = new Uint8Array(this.#held.subarray(from, from + length))
    this.#start = from + length
    if (this.#start === this.#end) {
      this.#start = 0
      this.#end = 0
      if (this.#held.length > SMALL) this.#held = Buffer.allocUnsafe(SMALL)
    }
    return message
  }
}

/** Length and message in one piece: two writes could leave in two segments (RFC 7766 section 8). */
export function frame(message: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(2 + message.length)
  out.writeUInt16BE(message.length, 0)
  out.set(message, 2)
  return out
}
