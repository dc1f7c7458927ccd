import { AppError } from '#core/error.ts'
import { parsePrefix } from '#core/ip.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Network } from '#db/sites.ts'

/** What the files of a place's gateway are made from. */
export interface Place {
  readonly gateway: Gateway
  readonly guest: PlaceNetwork
  readonly staff: PlaceNetwork | null
  readonly centre: Centre
  /** Devices of the gateway: guests' bridge, the way out, the internal network, Wi-Fi or cable of 802.1X. */
  readonly devices: {
    readonly lan: string
    readonly wan: string
    readonly staff: string
    readonly dot1x: { readonly device: string; readonly driver: 'nl80211' | 'wired' } | null
  }
  /** Addresses that a guest reaches before acceptance beside the portal, as for signing in. */
  readonly garden: readonly string[]
  /** Ports of the gateway itself and of who has no block: none of a block, so that they are nobody's. */
  readonly ownPorts: Ports | null
}

/** Where we are, as the place reaches us. */
export interface Centre {
  /** IPv4. */
  readonly address: string
  /** IPv6; null: nobody said it. */
  readonly address6: string | null
  readonly portalUrl: URL
  /** The path that phones are sent to. */
  readonly portalPath: string
  readonly ports: {
    readonly radius: number
    readonly radiusAcct: number
    readonly radsec: number
    readonly dns: number
  }
  /** The name in the certificate of our RADIUS server, and the root above it. */
  readonly radiusName: string
  readonly caPem: string
  /** How our resolver answers over TLS; null: it does not. */
  readonly encryptedDns: {
    /** In its certificate. */
    readonly name: string
    readonly dotPort: number
    readonly dohPort: number
  } | null
}

/** A network of the place with the addresses that its gateway gives. */
export interface PlaceNetwork {
  readonly network: Network
  /** What phones call it; null where it was not declared. */
  readonly ssid: string | null
  /** By which our resolver knows the network, wherever its questions come from. */
  readonly dnsToken: string
  /** The first IPv4 subnet, which the gateway serves. */
  readonly subnet: string
  readonly prefixLength: number
  readonly netmask: string
  /** The gateway's own: the first one. */
  readonly router: string
  readonly firstLease: string
  readonly lastLease: string
  /** Every address that a lease may have. */
  readonly leases: readonly string[]
}

export interface Ports {
  readonly first: number
  readonly last: number
}

/** Below the leases: the gateway, a printer, an access point. */
const KEPT_BACK = 8
/** A guest network of more addresses is a mistake, and its firewall would be a long one. */
const LARGEST = 20
/** Fewer than these are no use to a gateway. */
const FEWEST_OWN_PORTS = 1000

/** The network by its first IPv4 subnet; throws a sentence where it has none that fits. */
export function placeNetwork(
  network: Network,
  { ssid, dnsToken }: Pick<PlaceNetwork, 'ssid' | 'dnsToken'>,
): PlaceNetwork {
  const subnet = network.subnets.find((text) => parsePrefix(text)?.bytes.length === 4)
  const prefix = subnet === undefined ? null : parsePrefix(subnet)
  if (subnet === undefined || prefix === null) {
    throw new AppError(
      'place',
      `the ${network.kind} network of ${network.site} has no IPv4 subnet: declare subnets: [192.168.77.0/24]`,
    )
  }
  const { length } = prefix
  if (length < LARGEST || length > 28) {
    throw new AppError(
      'place',
      `${subnet}, the ${network.kind} network of ${network.site}, is not between a /${LARGEST} and a /28: a gateway needs room for its leases, and its firewall a line for each`,
    )
  }
  const start = prefix.bytes.reduce((number, byte) => number * 256 + byte, 0)
  const size = 2 ** (32 - length)
  const leases = Array.from({ length: size - 2 - KEPT_BACK }, (_, i) =>
    dotted(start + 1 + KEPT_BACK + i),
  )
  return {
    ...{ network, ssid, dnsToken, subnet, prefixLength: length, router: dotted(start + 1), leases },
    netmask: dotted(2 ** 32 - size),
    firstLease: leases[0] ?? '',
    lastLease: leases.at(-1) ?? '',
  }
}

/** The largest run of ports from 1024 on that is in no block; null where the blocks leave too few. */
export function freePorts(networks: readonly (Network | null)[]): Ports | null {
  const taken = networks
    .flatMap((network) => (network?.nat ? [network.nat] : []))
    .toSorted((a, b) => a.firstPort - b.firstPort)
  const runs: Ports[] = []
  let from = 1024
  for (const { firstPort, lastPort } of taken) {
    runs.push({ first: from, last: firstPort - 1 })
    from = Math.max(from, lastPort + 1)
  }
  runs.push({ first: from, last: 65_535 })
  const size = ({ first, last }: Ports): number => last - first + 1
  const largest = runs.toSorted((a, b) => size(b) - size(a))[0]
  return largest === undefined || size(largest) < FEWEST_OWN_PORTS ? null : largest
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}
