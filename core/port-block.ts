import { parseAddress, parsePrefix } from './ip.ts'

/**
 * How a place's gateway translates the private addresses of a network: each has a block of source ports
 * of its own on the public address, so that one row of the log answers who had an address and a port at a
 * time, and no destination is ever kept (deterministic address mapping, RFC 7422 §2).
 */
export interface SourceNat {
  /** Null: the address that the gateway's own packets come from. */
  readonly address: string | null
  readonly firstPort: number
  readonly lastPort: number
  /** Ports of each private address. */
  readonly portsEach: number
}

export interface PortBlock {
  readonly first: number
  readonly last: number
}

/**
 * The block of a private IPv4 address: the addresses of the subnets are counted in their order, each
 * subnet from its first address, and the n-th has the n-th block. Null if it is in none of them.
 */
export function portBlock(
  nat: SourceNat,
  subnets: readonly string[],
  address: string,
): PortBlock | null {
  const bytes = parseAddress(address)
  if (bytes === null || bytes.length !== 4) return null
  let before = 0
  for (const { start, size } of v4Ranges(subnets)) {
    const offset = numberOf(bytes) - start
    if (offset >= 0 && offset < size) {
      const first = nat.firstPort + (before + offset) * nat.portsEach
      const last = first + nat.portsEach - 1
      return last <= nat.lastPort ? { first, last } : null
    }
    before += size
  }
  return null
}

/** The sentence that says why the subnets' addresses have no block each; null when they have. */
export function portBlockProblem(nat: SourceNat, subnets: readonly string[]): string | null {
  const addresses = v4Ranges(subnets).reduce((sum, { size }) => sum + size, 0)
  const blocks = Math.floor((nat.lastPort - nat.firstPort + 1) / nat.portsEach)
  if (addresses <= blocks) return null
  return `${addresses} addresses need a block each, and ports ${nat.firstPort}-${nat.lastPort} hold ${blocks} blocks of ${nat.portsEach}: take fewer ports each or a smaller subnet`
}

function v4Ranges(subnets: readonly string[]): readonly { start: number; size: number }[] {
  return subnets.flatMap((subnet) => {
    const prefix = parsePrefix(subnet)
    if (prefix === null || prefix.bytes.length !== 4) return []
    return [{ start: numberOf(prefix.bytes), size: 2 ** (32 - prefix.length) }]
  })
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0)
}
