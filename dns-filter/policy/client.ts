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
  const table = new PrefixTable<Client>(
    networks.flatMap(({ site, association, kind, subnets }) => {
      const client: Client = { network: kind, site, association }
      return subnets.map((subnet) => [subnet, client] as const)
    }),
  )
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
