import type { NetworkKind } from '#db/sites.ts'
import type { FilterCount } from '#db/filter-counts.ts'
import type { Client } from './client.ts'

/** How many names were let through and blocked, by place, network and category: nothing of who or what. */
export interface Counts {
  answered(client: Client): void
  blocked(client: Client, category: string): void
  /** What was counted since the last time, and begins anew. */
  take(): readonly FilterCount[]
  /** Counts again what could not be written. */
  giveBack(counts: readonly FilterCount[]): void
}

interface Tally {
  readonly site: string | null
  readonly network: NetworkKind
  answered: number
  /** By category: of lists, which are bounded, and of our own services. */
  readonly blocked: Map<string, number>
}

/** As many entries as there are networks of places. */
export function createCounts(): Counts {
  let tallies = new Map<string, Tally>()
  let ofClient = new WeakMap<Client, Tally>()

  function at(site: string | null, network: NetworkKind): Tally {
    const key = `${network} ${site ?? ''}`
    let tally = tallies.get(key)
    if (tally === undefined) {
      tally = { site, network, answered: 0, blocked: new Map() }
      tallies.set(key, tally)
    }
    return tally
  }

  function tallyOf(client: Client): Tally {
    let tally = ofClient.get(client)
    if (tally === undefined) {
      tally = at(client.site, client.network)
      ofClient.set(client, tally)
    }
    return tally
  }

  return {
    answered: (client) => void tallyOf(client).answered++,
    blocked(client, category) {
      const { blocked } = tallyOf(client)
      blocked.set(category, (blocked.get(category) ?? 0) + 1)
    },
    take() {
      const counted = [...tallies.values()].flatMap(({ site, network, answered, blocked }) => [
        ...(answered === 0 ? [] : [{ site, network, category: null, queries: answered }]),
        ...[...blocked].map(([category, queries]) => ({ site, network, category, queries })),
      ])
      tallies = new Map()
      ofClient = new WeakMap()
      return counted
    },
    giveBack(counts) {
      for (const { site, network, category, queries } of counts) {
        const tally = at(site, network)
        if (category === null) tally.answered += queries
        else tally.blocked.set(category, (tally.blocked.get(category) ?? 0) + queries)
      }
    },
  }
}
