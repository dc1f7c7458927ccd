import { isPrivateAddress } from '#core/ip.ts'
import { endOfPlainName, uint16At } from './name.ts'

/** How an IPv4 address is written as IPv6: the first bytes, and where it stands. */
const EMBEDDED: readonly { readonly first: Uint8Array; readonly at: number }[] = [
  { first: Uint8Array.from(Buffer.from('00000000000000000000ffff', 'hex')), at: 12 }, // mapped
  { first: new Uint8Array(12), at: 12 }, // IPv4-compatible, RFC 4291 section 2.5.5.1
  { first: Uint8Array.from(Buffer.from('0064ff9b0000000000000000', 'hex')), at: 12 }, // NAT64, RFC 6052
  { first: Uint8Array.from(Buffer.from('0064ff9b0001', 'hex')), at: 12 }, // local NAT64, RFC 8215, /96
  { first: Uint8Array.of(0x20, 0x02), at: 2 }, // 6to4, RFC 3056
]

/**
 * An address of somebody's inner network, or of the device itself (0.0.0.0 and :: reach it too), also where
 * it is an IPv4 address written as IPv6.
 */
export function isInner(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 0 || isPrivateAddress(address)
  if (address.every((byte) => byte === 0) || isPrivateAddress(address)) return true
  return EMBEDDED.some(
    ({ first, at }) =>
      first.every((byte, i) => address[i] === byte) && isInner(address.subarray(at, at + 4)),
  )
}

const IPV4_HINT = 4
const IPV6_HINT = 6

/**
 * The addresses that an SVCB or HTTPS record (RFC 9460) between `at` and `end` gives as hints. Parameters
 * that do not fit their length end the walk; their client will not use them either.
 */
export function addressHints(bytes: Uint8Array, at: number, end: number): readonly Uint8Array[] {
  const hints: Uint8Array[] = []
  // RFC 9460 section 2.2: the target is not compressed.
  let p = endOfPlainName(bytes.subarray(0, end), at + 2)
  if (p < 0) return hints
  while (p + 4 <= end) {
    const key = uint16At(bytes, p)
    const stop = p + 4 + uint16At(bytes, p + 2)
    if (stop > end) break
    const size = key === IPV4_HINT ? 4 : key === IPV6_HINT ? 16 : 0
    for (let hint = p + 4; size > 0 && hint + size <= stop; hint += size) {
      hints.push(bytes.subarray(hint, hint + size))
    }
    p = stop
  }
  return hints
}
