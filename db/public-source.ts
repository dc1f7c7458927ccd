import { isPrivateAddress, parseAddress } from '#core/ip.ts'
import { portBlock } from '#core/port-block.ts'
import type { Network } from './sites.ts'

/** What the internet sees of a device: an address that others of its place may share, and its ports. */
export interface PublicSource {
  readonly ip: string
  /** `1024-1273`, both counted. */
  readonly ports: string
}

/**
 * By what was declared of the network's translation. `seenFrom` is where the gateway's packets come
 * from, which counts where no address was declared. Null where it is not known: nothing is guessed.
 */
export function publicSource(
  network: Network | null,
  ipv4: string | null,
  seenFrom: string | null,
): PublicSource | null {
  const nat = network?.nat ?? null
  if (network === null || nat === null || ipv4 === null) return null
  const block = portBlock(nat, network.subnets, ipv4)
  const ip = nat.address ?? (seenFrom === null ? null : publicV4(seenFrom))
  return block === null || ip === null ? null : { ip, ports: `${block.first}-${block.last}` }
}

function publicV4(text: string): string | null {
  const bytes = parseAddress(text)
  return bytes?.length === 4 && !isPrivateAddress(bytes) ? bytes.join('.') : null
}
