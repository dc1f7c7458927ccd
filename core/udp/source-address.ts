import { formatAddress, parseAddress } from '#core/ip.ts'

/** Where a datagram came from. Its text and its hash are worked out once, not for each packet. */
export class SourceAddress {
  /** 4 or 16 bytes; an IPv4-mapped address is IPv4. */
  readonly bytes: Uint8Array
  /** 32 bits, signed. */
  readonly hash: number
  #text: string | null = null

  constructor(bytes: Uint8Array, hash: number = hashOf(bytes)) {
    this.bytes = bytes
    this.hash = hash
  }

  get text(): string {
    this.#text ??= formatAddress(this.bytes)
    return this.#text
  }

  equals(other: SourceAddress): boolean {
    if (this === other) return true
    const { bytes } = this
    if (this.hash !== other.hash || bytes.length !== other.bytes.length) return false
    return bytes.every((byte, i) => byte === other.bytes[i])
  }
}

/** Null if the text is no address. */
export function sourceAddress(text: string): SourceAddress | null {
  const bytes = parseAddress(text)
  return bytes === null ? null : new SourceAddress(bytes)
}

/** A power of two; 2,333 gateways and their neighbours collide seldom, and that costs a format. */
const PLACES = 8192

/**
 * Gives the same object for the same address as long as no other has taken its place: a fixed table,
 * so that packets with forged sources cost time and never memory.
 */
export class AddressBook {
  readonly #places: (SourceAddress | undefined)[] = Array.from({ length: PLACES }, () => undefined)

  /** The address is at `at` of `words`, in the order of the wire; `family` is 4 or 6. */
  find(words: Int32Array, at: number, family: number): SourceAddress {
    const length = family === 4 ? 1 : 4
    let hash = length
    for (let i = 0; i < length; i += 1) hash = mix(hash, words[at + i] ?? 0)
    const place = hash & (PLACES - 1)
    const there = this.#places[place]
    if (there !== undefined && there.hash === hash && isAt(there.bytes, words, at, length)) {
      return there
    }
    const bytes = new Uint8Array(4 * length)
    bytes.set(new Uint8Array(words.buffer, words.byteOffset + 4 * at, 4 * length))
    const made = new SourceAddress(bytes, hash)
    this.#places[place] = made
    return made
  }
}

function hashOf(bytes: Uint8Array): number {
  let hash = bytes.length / 4
  for (let at = 0; at < bytes.length; at += 4) hash = mix(hash, wordAt(bytes, at))
  return hash
}

/** Bytes in the order of this machine's words: Node runs on little-endian machines only. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

function isAt(bytes: Uint8Array, words: Int32Array, at: number, length: number): boolean {
  if (bytes.length !== 4 * length) return false
  for (let i = 0; i < length; i += 1) {
    if (wordAt(bytes, 4 * i) !== words[at + i]) return false
  }
  return true
}

/** Two rounds of a multiply and a shift: neighbours in a subnet must not fall into one place. */
function mix(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77)
  return mixed ^ (mixed >>> 13)
}
