import { PrefixTable } from '#core/ip.ts'
import type { SourceAddress } from '#core/udp/source-address.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import type { GatewayWatch } from './posture/gateway-watch.ts'
import { sharedSecret } from './shared-secret.ts'
import type { SharedSecret } from './shared-secret.ts'

/** A RADIUS client: a gateway and what can be worked out for it before a packet comes. */
export interface Client {
  readonly gateway: Gateway
  readonly secret: SharedSecret
  /** The same with the secret before, as long as that is valid too. */
  readonly former: { readonly client: Client; readonly until: number } | null
  readonly transport: 'udp' | 'radsec'
  /** What this process sees of the gateway, however it comes. */
  readonly watch: GatewayWatch
  /** Which network of the site an address belongs to. */
  readonly subnets: PrefixTable<NetworkKind>
}

export interface ClientTable {
  /** The client whose prefix covers the source address most narrowly. */
  find(address: SourceAddress): Client | undefined
}

/** A power of two. Where two addresses share a place, each packet of theirs costs a real look-up. */
const PLACES = 8192

/** `gateways` returns the same array as long as nothing changed, so a change costs one rebuild. */
export function createClientTable(
  gateways: () => readonly Gateway[],
  watchOf: (gateway: Gateway) => GatewayWatch,
): ClientTable {
  let built: readonly Gateway[] | null = null
  let table = new PrefixTable<Client>([])
  // What was found, by the hash of the address: no bigger however many addresses are forged.
  const places: { address: SourceAddress | null; client: Client | undefined }[] = Array.from(
    { length: PLACES },
    () => ({ address: null, client: undefined }),
  )
  return {
    find(address) {
      const current = gateways()
      if (current !== built) {
        table = new PrefixTable(
          current.flatMap((gateway) =>
            gateway.address === null
              ? []
              : [[gateway.address, createClient(gateway, watchOf(gateway))] as const],
          ),
        )
        built = current
        for (const place of places) place.address = null
      }
      const place = places[address.hash & (PLACES - 1)]
      if (place === undefined) return table.lookup(address.bytes)
      if (place.address === null || !place.address.equals(address)) {
        place.address = address
        place.client = table.lookup(address.bytes)
      }
      return place.client
    },
  }
}

export function createClient(
  gateway: Gateway,
  watch: GatewayWatch,
  /** Of a connection over TLS; over UDP it is the gateway's own. */
  tlsSecret: SharedSecret | null = null,
): Client {
  const client = {
    gateway,
    secret: tlsSecret ?? sharedSecret(gateway.secret),
    transport: tlsSecret === null ? 'udp' : 'radsec',
    watch,
    subnets: new PrefixTable([...subnetsOf(gateway.guest), ...subnetsOf(gateway.staff)]),
    former: null,
  } as const
  const { formerSecret } = gateway
  if (tlsSecret !== null || formerSecret === null) return client
  const former = { ...client, secret: sharedSecret(formerSecret.secret) }
  return { ...client, former: { client: former, until: formerSecret.until } }
}

function subnetsOf(network: Network | null): [string, NetworkKind][] {
  return network === null ? [] : network.subnets.map((subnet) => [subnet, network.kind])
}
