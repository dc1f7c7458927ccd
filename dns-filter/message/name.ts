import { LIMITS } from '../limits.ts'

/** Maps A-Z to a-z and leaves every other byte as it is: RFC 4343 knows no other case. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

/** The byte at an offset the caller has checked. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}

export function uint16At(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
}

export function uint32At(bytes: Uint8Array, at: number): number {
  return ((uint16At(bytes, at) << 16) | uint16At(bytes, at + 2)) >>> 0
}

/**
 * End of an uncompressed name (the offset after the root label), or -1.
 * A question has no earlier name to point to, so a pointer in it is an error (RFC 1035 section 4.1.4).
 */
export function endOfPlainName(bytes: Uint8Array, start: number): number {
  let at = start
  for (;;) {
    if (at >= bytes.length) return -1
    const length = byteAt(bytes, at)
    at += length + 1
    if (length > LIMITS.label || at - start > LIMITS.name) return -1
    if (length === 0) return at
  }
}

/**
 * Copies the name at `start` into `out`, expanded and in lower case, and returns the offset after
 * it in the message, or -1. Pointers must go strictly backwards: that alone ends every loop.
 */
export function expandName(bytes: Uint8Array, start: number, out: Uint8Array): number {
  let at = start
  let end = -1
  let barrier = start
  let written = 0
  for (;;) {
    if (at >= bytes.length) return -1
    const length = byteAt(bytes, at)
    if (length >= 0xc0) {
      if (at + 1 >= bytes.length) return -1
      const target = uint16At(bytes, at) & 0x3fff
      if (target >= barrier || target < 12) return -1
      if (end < 0) end = at + 2
      at = target
      barrier = target
      continue
    }
    if (length > LIMITS.label) return -1
    const next = at + length + 1
    if (next > bytes.length || written + length + 1 > LIMITS.name) return -1
    for (; at < next; at++) out[written++] = byteAt(LOWER, byteAt(bytes, at))
    if (length === 0) return end < 0 ? at : end
  }
}

/** The offset after a name, compressed or not, in a message that is known to be well formed. */
export function endOfName(bytes: Uint8Array, at: number): number {
  for (;;) {
    const length = byteAt(bytes, at)
    if (length >= 0xc0) return at + 2
    at += length + 1
    if (length === 0) return at
  }
}

/** Length of the plain name at the start of `bytes`; the name must be known to be well formed. */
export function plainLength(bytes: Uint8Array): number {
  let at = 0
  while (byteAt(bytes, at) !== 0) at += byteAt(bytes, at) + 1
  return at + 1
}

/** Are two questions of `length` bytes the same: the name case aside, type and class exactly? */
export function sameQuestion(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  const nameLength = length - 4
  for (let i = 0; i < nameLength; i++) {
    // Length bytes are below 64 and so never letters.
    if (byteAt(LOWER, byteAt(a, aStart + i)) !== byteAt(LOWER, byteAt(b, bStart + i))) return false
  }
  for (let i = nameLength; i < length; i++) {
    if (byteAt(a, aStart + i) !== byteAt(b, bStart + i)) return false
  }
  return true
}

/** Wire form, lower case, of an ASCII domain name with or without its last dot; null if it is none. */
export function nameFromText(text: string): Uint8Array | null {
  const plain = text.endsWith('.') ? text.slice(0, -1) : text
  if (plain === '') return null
  const out = new Uint8Array(plain.length + 2)
  let at = 0
  for (const label of plain.toLowerCase().split('.')) {
    if (label.length === 0 || label.length > LIMITS.label) return null
    out[at++] = label.length
    for (let i = 0; i < label.length; i++) {
      const code = label.charCodeAt(i)
      if (code <= 0x20 || code >= 0x7f) return null
      out[at++] = code
    }
  }
  return out.length > LIMITS.name ? null : out
}

/** The name at `start`, plain and well formed, as people write it; what is not printable as \DDD (RFC 1035 5.1). */
export function textOfName(bytes: Uint8Array, start = 0): string {
  const labels: string[] = []
  for (let at = start; byteAt(bytes, at) !== 0; at += byteAt(bytes, at) + 1) {
    let label = ''
    for (let i = 1; i <= byteAt(bytes, at); i++) {
      const byte = byteAt(bytes, at + i)
      const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c
      label += isPlain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`
    }
    labels.push(label)
  }
  return labels.length === 0 ? '.' : labels.join('.')
}
