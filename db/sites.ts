import type { SourceNat } from '#core/port-block.ts'
import { trimmed } from '#core/trimmed.ts'
import type { Database } from './connection.ts'
import type { RowsQuery } from './sum-of-rows.ts'

export type NetworkKind = 'guest' | 'staff'

/** One Wi-Fi network of a place. */
export interface Network {
  readonly site: string
  readonly siteName: string
  readonly association: string
  /** IANA name. */
  readonly timezone: string
  readonly kind: NetworkKind
  readonly vlan: number | null
  /** How long an acceptance of the terms lets a device in. */
  readonly grantSeconds: number
  /** CIDR. */
  readonly subnets: readonly string[]
  /** Null where nobody said how its addresses are translated. */
  readonly nat: SourceNat | null
  /** How devices without 802.1X come in when their owner signs in; null: they do not. */
  readonly captive: CaptiveNetwork | null
}

/** The way into an internal network through a page. */
export interface CaptiveNetwork {
  /** The name by which it is told from the other networks of a gateway. */
  readonly ssid: string | null
  /** Gateways that serve no other network. */
  readonly gateways: readonly string[]
  readonly grantSeconds: number
  /** Of an address that the device made up. */
  readonly randomMacSeconds: number
  /** The internal network with the VLAN of those who come in this way. */
  readonly network: Network
}

export const networkRows: RowsQuery<NetworkRow> = ({ sql }) => sql`
    select n.site, s.name as "siteName", s.association, s.timezone, n.kind, n.vlan,
           n.grant_seconds as "grantSeconds", n.subnets::text[] as subnets,
           host(n.nat_address) as address, n.nat_first_port as "firstPort",
           n.nat_last_port as "lastPort", n.nat_ports_each as "portsEach",
           n.captive_ssid as "captiveSsid", n.captive_gateways as "captiveGateways",
           n.captive_vlan as "captiveVlan", n.captive_grant_seconds as "captiveGrant",
           n.captive_random_mac_seconds as "captiveRandom"
    from house.network n join house.site s on s.code = n.site
    order by n.site, n.kind`

export async function loadNetworks(database: Pick<Database, 'sql'>): Promise<readonly Network[]> {
  return (await networkRows(database)).map(networkOf)
}

interface NetworkRow extends Omit<Network, 'nat' | 'captive'> {
  readonly address: string | null
  readonly firstPort: number | null
  readonly lastPort: number | null
  readonly portsEach: number | null
  readonly captiveSsid: string | null
  readonly captiveGateways: readonly string[]
  readonly captiveVlan: number | null
  readonly captiveGrant: number | null
  readonly captiveRandom: number | null
}

function networkOf({
  address,
  firstPort,
  lastPort,
  portsEach,
  captiveSsid,
  captiveGateways,
  captiveVlan,
  captiveGrant,
  captiveRandom,
  ...own
}: NetworkRow): Network {
  const nat =
    firstPort === null || lastPort === null || portsEach === null
      ? null
      : { address, firstPort, lastPort, portsEach }
  const network = { ...own, subnets: trimmed(own.subnets), nat, captive: null }
  if (captiveGrant === null || captiveRandom === null) return network
  const captive = {
    ...{ ssid: captiveSsid, gateways: captiveGateways },
    ...{ grantSeconds: captiveGrant, randomMacSeconds: captiveRandom },
    // Made once: policies are worked out for each network, and known again by the object.
    network: { ...network, vlan: captiveVlan ?? network.vlan },
  }
  return { ...network, captive }
}
