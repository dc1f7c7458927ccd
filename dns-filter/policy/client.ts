import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { isPrivateAddress, parseAddress, PrefixTable } from '#core/ip.ts'
import type { DnsToken } from '#db/dns-tokens.ts'
import type { FilterDevice } from '#db/filters.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import { LIMITS } from '../limits.ts'
import type { Query } from '../message/query.ts'
import type { Via } from '../via.ts'

/** Whose policy a query gets. */
export interface Client {
  readonly network: NetworkKind
  /** Null: no known place, the organisation's own policy. */
  readonly site: string | null
  readonly association: string | null
  /** Null: none with a filter of its own. */
  readonly device: string | null
  /** IANA name, of the place's clocks. */
  readonly timezone: string
}

/** Of a place that nobody knows: hours must be by some clock. */
const HOUSE_TIMEZONE = 'Europe/Paris'

/** Who asks without a place: the least that anybody gets. */
export const SOMEBODY: Client = {
  network: 'guest',
  site: null,
  association: null,
  device: null,
  timezone: HOUSE_TIMEZONE,
}

/** A device behind a gateway we do not know yet is a guest: it gets the filter, not a refusal. */
const SOMEWHERE_INSIDE: Client = { ...SOMEBODY }

export interface Clients {
  /** Null: somebody who has no business here. */
  find(source: string, via: Via, query: Query): Client | null
  /** The token of the client's own place; null where that is not known. */
  tokenOf(client: Client): string | null
}

export interface Places {
  readonly networks: readonly Network[]
  readonly tokens: readonly DnsToken[]
  readonly devices: readonly FilterDevice[]
}

/**
 * A token goes before the address: a place behind NAT has no address of its own, and who was given a token
 * was meant to have its policy wherever they are. In the order in which it is harder to say by accident:
 * server name of TLS, path of HTTPS, CPE-ID. A device is known by a token of its own, or by the address
 * that a resolver of the place adds (dnsmasq's add-mac), which counts only beside the place's token: anybody
 * can write an address into a query.
 */
export function createClients({ networks, tokens, devices }: Places, clock: Clock): Clients {
  const known = new BoundedMap<string, Client | 'stranger'>({ limit: LIMITS.clientAddresses })
  const places = new Map<string, Client>()
  for (const { site, kind, association, timezone } of networks) {
    const client = { network: kind, site, association, device: null, timezone }
    places.set(keyOf(site, kind), client)
  }
  const table = new PrefixTable<Client>(bySubnet(networks, places))
  const byName = new Map<string, Client>()
  const byMac = new Map<string, Client>()
  for (const { site, network, name, mac } of devices) {
    const place = places.get(keyOf(site, network))
    if (place === undefined) continue
    const client = { ...place, device: name }
    byName.set(keyOf(site, network, name), client)
    if (mac !== null) byMac.set(keyOf(site, network, mac), client)
  }
  const byToken = new Map<string, { readonly client: Client; readonly until: number | null }>()
  const tokenOf = new Map<Client, string>()
  for (const { token, site, network, device, until } of tokens) {
    const client =
      device === null ? places.get(keyOf(site, network)) : byName.get(keyOf(site, network, device))
    if (client === undefined) continue
    byToken.set(token, { client, until })
    if (until === null) tokenOf.set(client, token)
  }

  function holder(token: string | null): Client | null {
    if (token === null) return null
    const found = byToken.get(token)
    if (found === undefined) return null
    return found.until === null || clock() < found.until ? found.client : null
  }

  function classify(address: string): Client | 'stranger' {
    const bytes = parseAddress(address)
    if (bytes === null) return 'stranger'
    return table.lookup(bytes) ?? (isPrivateAddress(bytes) ? SOMEWHERE_INSIDE : 'stranger')
  }

  function atAddress(address: string): Client | null {
    let client = known.get(address)
    if (client === undefined) {
      client = classify(address)
      known.set(address, client)
    }
    return client === 'stranger' ? null : client
  }

  return {
    tokenOf: (client) => tokenOf.get(client) ?? null,
    find(source, { serverName, token }, query) {
      const said = query.options
      const byTls = serverName === null ? null : holder(firstLabel(serverName))
      const client = byTls ?? holder(token?.toLowerCase() ?? null) ?? holder(said.cpeId)
      if (client === null) return atAddress(source)
      if (said.mac === null || client.device !== null || client.site === null) return client
      return byMac.get(keyOf(client.site, client.network, said.mac)) ?? client
    },
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\0')
}

function firstLabel(name: string): string {
  const dot = name.indexOf('.')
  return (dot < 0 ? name : name.slice(0, dot)).toLowerCase()
}

/**
 * Places behind NAT often have the same private subnet: such an address does not tell the place, so
 * it gets no place's own policy, but what those places have in common.
 */
function bySubnet(
  networks: readonly Network[],
  places: ReadonlyMap<string, Client>,
): ReadonlyMap<string, Client> {
  const clients = new Map<string, Client>()
  for (const { site, kind, subnets } of networks) {
    const here = places.get(keyOf(site, kind))
    if (here === undefined) continue
    for (const subnet of subnets) {
      const other = clients.get(subnet)
      clients.set(subnet, other === undefined ? here : inCommon(other, here))
    }
  }
  return clients
}

function inCommon(a: Client, b: Client): Client {
  return {
    // The stricter one where they differ: a guest must not have what staff may see.
    network: a.network === b.network ? a.network : 'guest',
    site: a.site === b.site ? a.site : null,
    association: a.association === b.association ? a.association : null,
    device: null,
    timezone: a.timezone === b.timezone ? a.timezone : HOUSE_TIMEZONE,
  }
}
