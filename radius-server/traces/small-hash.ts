/** FNV-1a, of 30 bits: what V8 keeps in a Map or a field without a box. */
export const HASH_BASIS = 0x011c9dc5
const PRIME = 0x01000193
const SMALL = 0x3fff_ffff

export function hashOctets(basis: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = basis
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), PRIME)
  // The low bits of FNV depend on the low bits of the octets alone.
  return (hash ^ (hash >>> 15)) & SMALL
}
