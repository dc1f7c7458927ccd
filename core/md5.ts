import { compressMd5 } from './md5-block.ts'

/*
 * RADIUS is made of small MD5s: an Access-Request with its reply takes four (RFC 2865 §3, §5.2, RFC
 * 3579 §3.2). One of node:crypto costs 1 to 2 µs and an allocation, one of these 0.4 µs.
 * For packets that others may have forged it is as good as ever; nothing here makes it a good hash.
 */

export const MD5_BYTES = 16
const BLOCK_BYTES = 64
const BLOCK_WORDS = BLOCK_BYTES / 4
const LENGTH_WORD = 14
const INITIAL = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)

/** What is left of the whole blocks so far: hashing can go on from there, as often as wanted. */
export interface Md5State {
  readonly words: Int32Array
  readonly bytes: number
}

/** One hash at a time; to be made once and used for each message, as it allocates nothing then. */
export class Md5 {
  readonly #state = new Int32Array(4)
  // Node runs on little-endian machines only, whose words are MD5's.
  readonly #words = new Int32Array(BLOCK_WORDS)
  readonly #octets = new Uint8Array(this.#words.buffer)
  readonly #digest = new Uint8Array(this.#state.buffer)
  #filled = 0
  #bytes = 0

  /** Begins anew, or after what `state` stands for. */
  start(state: Md5State | null = null): this {
    this.#state.set(state === null ? INITIAL : state.words)
    this.#bytes = state === null ? 0 : state.bytes
    this.#filled = 0
    return this
  }

  update(message: Uint8Array, from = 0, to: number = message.length): this {
    const octets = this.#octets
    const words = this.#words
    let filled = this.#filled
    let at = from
    while (at < to) {
      if ((filled & 3) === 0 && at + 4 <= to) {
        words[filled >> 2] =
          (message[at] ?? 0) |
          ((message[at + 1] ?? 0) << 8) |
          ((message[at + 2] ?? 0) << 16) |
          ((message[at + 3] ?? 0) << 24)
        filled += 4
        at += 4
      } else {
        octets[filled] = message[at] ?? 0
        filled += 1
        at += 1
      }
      if (filled === BLOCK_BYTES) {
        compressMd5(this.#state, words)
        filled = 0
      }
    }
    this.#filled = filled
    this.#bytes += to - from
    return this
  }

  /** Of whole blocks only: what does not fill one is not in the state. */
  state(): Md5State {
    return { words: this.#state.slice(), bytes: this.#bytes - this.#filled }
  }

  /** Ends it, with the digest at `at` of `target`. */
  finish(target: Uint8Array, at = 0): void {
    this.#pad()
    const digest = this.#digest
    for (let i = 0; i < MD5_BYTES; i += 1) target[at + i] = digest[i] ?? 0
  }

  /** Ends it and compares without a branch on the octets, which could be guessed one by one else. */
  finishEquals(given: Uint8Array, at = 0): boolean {
    this.#pad()
    const digest = this.#digest
    let difference = 0
    for (let i = 0; i < MD5_BYTES; i += 1) difference |= (digest[i] ?? 0) ^ (given[at + i] ?? 256)
    return difference === 0
  }

  #pad(): void {
    const octets = this.#octets
    const words = this.#words
    let filled = this.#filled
    octets[filled] = 0x80
    for (filled += 1; (filled & 3) !== 0; filled += 1) octets[filled] = 0
    let word = filled >> 2
    if (word > LENGTH_WORD) {
      for (; word < BLOCK_WORDS; word += 1) words[word] = 0
      compressMd5(this.#state, words)
      word = 0
    }
    for (; word < LENGTH_WORD; word += 1) words[word] = 0
    // Bits, as 64: the lower 32 and what is above them.
    words[LENGTH_WORD] = this.#bytes << 3
    words[LENGTH_WORD + 1] = Math.floor(this.#bytes / 0x2000_0000)
    compressMd5(this.#state, words)
    this.#filled = 0
  }
}

/** The states after the two padded keys of RFC 2104, which never change for a secret. */
export interface HmacMd5Key {
  readonly inner: Md5State
  readonly outer: Md5State
}

export function hmacMd5Key(secret: Uint8Array): HmacMd5Key {
  const md5 = new Md5()
  const key = new Uint8Array(BLOCK_BYTES)
  if (secret.length > BLOCK_BYTES) md5.start().update(secret).finish(key)
  else key.set(secret)
  const padded = (pad: number): Md5State =>
    md5
      .start()
      .update(key.map((byte) => byte ^ pad))
      .state()
  return { inner: padded(0x36), outer: padded(0x5c) }
}

/** An HMAC-MD5 in parts: `start`, `update` as often as wanted, `finish` or `finishEquals`. */
export class HmacMd5 {
  readonly #md5 = new Md5()
  readonly #inner = new Uint8Array(MD5_BYTES)
  #key: HmacMd5Key | null = null

  start(key: HmacMd5Key): this {
    this.#key = key
    this.#md5.start(key.inner)
    return this
  }

  update(message: Uint8Array, from = 0, to: number = message.length): this {
    this.#md5.update(message, from, to)
    return this
  }

  finish(target: Uint8Array, at = 0): void {
    this.#outer().finish(target, at)
  }

  finishEquals(given: Uint8Array, at = 0): boolean {
    return this.#outer().finishEquals(given, at)
  }

  #outer(): Md5 {
    this.#md5.finish(this.#inner)
    return this.#md5.start(this.#key === null ? null : this.#key.outer).update(this.#inner)
  }
}
