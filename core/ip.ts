/** IPv4 addresses are 4 bytes, IPv6 addresses 16; an IPv4-mapped IPv6 address counts as IPv4. */

export interface Prefix {
  readonly bytes: Uint8Array
  /** Bits, 0–32 or 0–128. */
  readonly length: number
}

/** Reads an address as text, without prefix length; a zone (`%eth0`) is dropped. Null if it is none. */
export function parseAddress(text: string): Uint8Array | null {
  if (text.length > 64) return null
  return text.includes(':') ? parseV6(text) : parseV4(text)
}

function parseV4(text: string): Uint8Array | null {
  const bytes = new Uint8Array(4)
  let [part, digits, value] = [0, 0, 0]
  // By character: an address is read for each request and each packet.
  for (let i = 0; i <= text.length; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : DOT
    if (code === DOT) {
      if (digits === 0 || part > 3) return null
      bytes[part] = value
      part += 1
      digits = 0
      value = 0
    } else {
      // A leading zero would be read as octal by some and as decimal by others.
      if (code < ZERO || code > NINE || (digits > 0 && value === 0)) return null
      value = value * 10 + code - ZERO
      digits += 1
      if (value > 255) return null
    }
  }
  return part === 4 ? bytes : null
}

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39]

function parseV6(text: string): Uint8Array | null {
  const zoneAt = text.indexOf('%')
  let rest = zoneAt < 0 ? text : text.slice(0, zoneAt)
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(rest)
  if (tail !== null) {
    const v4 = parseV4(tail[2] ?? '')
    if (v4 === null) return null
    const word = (at: number): string => (((v4[at] ?? 0) << 8) | (v4[at + 1] ?? 0)).toString(16)
    rest = `${tail[1]}${word(0)}:${word(2)}`
  }
  const halves = rest.split('::')
  if (halves.length > 2) return null
  const words = halves.map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], end = []] = words
  const missing = 8 - head.length - end.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const all = [...head, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...end]
  const bytes = new Uint8Array(16)
  for (const [i, word] of all.entries()) {
    if (!/^[0-9a-f]{1,4}$/i.test(word)) return null
    const value = Number.parseInt(word, 16)
    bytes[2 * i] = value >> 8
    bytes[2 * i + 1] = value & 0xff
  }
  return isV4Mapped(bytes) ? bytes.slice(12) : bytes
}

function isV4Mapped(bytes: Uint8Array): boolean {
  return (
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  )
}

/** Dotted decimal, or the form of RFC 5952. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
  const words = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0),
  )
  const gap = longestZeroRun(words)
  if (gap.length < 2) return words.map((word) => word.toString(16)).join(':')
  const hex = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':')
  return `${hex(0, gap.start)}::${hex(gap.start + gap.length, 8)}`
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let i = 0; i <= words.length; i += 1) {
    if (words[i] === 0) continue
    if (i - start > best.length) best = { start, length: i - start }
    start = i + 1
  }
  return best
}

/** Reads `192.0.2.0/24`, `2001:db8::/32`; a bare address is a host prefix; host bits are cleared. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/')
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (bytes === null) return null
  const lengthText = slash < 0 ? String(bytes.length * 8) : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > bytes.length * 8) return null
  const length = Number(lengthText)
  return { bytes: masked(bytes, length), length }
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.bytes)}/${prefix.length}`
}

function masked(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.map((byte, i) => {
    const kept = Math.min(Math.max(length - i * 8, 0), 8)
    return byte & (0xff << (8 - kept))
  })
}

/** A table from prefixes to values; the longest prefix that covers an address wins. */
export class PrefixTable<T> {
  readonly size: number
  readonly #v4: readonly Level<T>[]
  readonly #v6: readonly Level<T>[]

  /** Throws on a prefix that cannot be read: validate configuration before. */
  constructor(entries: Iterable<readonly [string, T]>) {
    const levels = { v4: new Map<number, Map<Key, T>>(), v6: new Map<number, Map<Key, T>>() }
    let size = 0
    for (const [text, value] of entries) {
      const prefix = parsePrefix(text)
      if (prefix === null) throw new RangeError(`"${text}" is not an address prefix`)
      const family = prefix.bytes.length === 4 ? levels.v4 : levels.v6
      const level = family.get(prefix.length) ?? new Map<Key, T>()
      level.set(keyOf(prefix.bytes, prefix.length), value)
      family.set(prefix.length, level)
      size += 1
    }
    this.size = size
    this.#v4 = longestFirst(levels.v4)
    this.#v6 = longestFirst(levels.v6)
  }

  lookup(address: Uint8Array): T | undefined {
    for (const level of address.length === 4 ? this.#v4 : this.#v6) {
      const value = level.byKey.get(keyOf(address, level.length))
      if (value !== undefined) return value
    }
    return undefined
  }
}

interface Level<T> {
  readonly length: number
  readonly byKey: ReadonlyMap<Key, T>
}

type Key = number | string

function longestFirst<T>(levels: Map<number, Map<Key, T>>): readonly Level<T>[] {
  return [...levels]
    .map(([length, byKey]) => ({ length, byKey }))
    .toSorted((a, b) => b.length - a.length)
}

/** The first `length` bits. Of an IPv4 address a number: it is looked up for every packet, and makes nothing. */
function keyOf(bytes: Uint8Array, length: number): Key {
  if (bytes.length !== 4) return String.fromCharCode(...masked(bytes, length))
  const high = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  const low = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
  // A shift by 32 is none.
  return length === 0 ? 0 : ((high << 16) | low) & (-1 << (32 - length))
}

const PRIVATE = new PrefixTable<true>(
  [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16', // RFC 1918
    '127.0.0.0/8',
    '::1/128', // loopback
    '169.254.0.0/16',
    'fe80::/10', // link-local
    '100.64.0.0/10', // shared address space, RFC 6598
    'fc00::/7', // unique local, RFC 4193
  ].map((prefix) => [prefix, true] as const),
)

/** True for addresses that never leave a site: private, loopback, link-local, shared, unique local. */
export function isPrivateAddress(bytes: Uint8Array): boolean {
  return PRIVATE.lookup(bytes) === true
}
