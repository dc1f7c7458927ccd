import { BoundedMap } from '#core/bounded-map.ts'
import { isPrivateAddress, parseAddress, PrefixTable } from '#core/ip.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import { LIMITS } from '../limits.ts'

/** Whose policy a query gets. */
export interface Client {
  readonly network: NetworkKind
  /** Null: no known place, the organisation's own policy. */
  readonly site: string | null
  readonly association: string | null
}

/** A device behind a gateway we do not know yet is a guest: it gets the filter, not a refusal. */
const SOMEWHERE_INSIDE: Client = { network: 'guest', site: null, association: null }

/** From a source address to the client; null for an address that has no business here. */
export interface Clients {
  find(address: string): Client | null
}

export function createClients(networks: readonly Network[]): Clients {
  const table = new PrefixTable<Client>(bySubnet(networks))
  const known = new BoundedMap<string, Client | 'stranger'>({ limit: LIMITS.clientAddresses })

  function classify(address: string): Client | 'stranger' {
    const bytes = parseAddress(address)
    if (bytes === null) return 'stranger'
    return table.lookup(bytes) ?? (isPrivateAddress(bytes) ? SOMEWHERE_INSIDE : 'stranger')
  }

  return {
    find(address) {
      let client = known.get(address)
      if (client === undefined) {
        client = classify(address)
        known.set(address, client)
      }
      return client === 'stranger' ? null : client
    },
  }
}

/**
 * Places behind NAT often have the same private subnet: such an address does not tell the place, so
 * it gets no place's own policy, but what those places have in common.
 */
function bySubnet(networks: readonly Network[]): ReadonlyMap<string, Client> {
  const clients = new Map<string, Client>()
  for (const { site, association, kind, subnets } of networks) {
    for (const subnet of subnets) {
      const other = clients.get(subnet)
      const here: Client = { network: kind, site, association }
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
  }
}
