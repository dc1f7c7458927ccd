import type { NetworkKind } from '#db/sites.ts'
import type { FilterCount } from '#db/filter-counts.ts'
import type { Client } from './client.ts'
import { UNLISTED } from './listed.ts'
import type { Listed } from './listed.ts'

/** How many names were let through and blocked, by place, network and category: nothing of who or what. */
export interface Counts {
  /** `listed`: categories of which it might have been blocked, were they blocked there. */
  answered(client: Client, listed: Listed): void
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
  readonly categories: Map<string, { blocked: number; passed: number }>
}

/** As many entries as there are networks of places. */
export function createCounts(): Counts {
  let tallies = new Map<string, Tally>()
  let ofClient = new WeakMap<Client, Tally>()

  function at(site: string | null, network: NetworkKind): Tally {
    const key = `${network} ${site ?? ''}`
    let tally = tallies.get(key)
    if (tally === undefined) {
      tally = { site, network, answered: 0, categories: new Map() }
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
    answered(client, listed) {
      const tally = tallyOf(client)
      tally.answered++
      // Nearly always there is none.
      if (listed === UNLISTED) return
      for (const category of listed) of(tally, category).passed++
    },
    blocked: (client, category) => void of(tallyOf(client), category).blocked++,
    take() {
      const counted = [...tallies.values()].flatMap(({ site, network, answered, categories }) => [
        ...(answered === 0
          ? []
          : [{ site, network, category: null, queries: answered, passed: 0 }]),
        ...Array.from(categories, ([category, { blocked, passed }]) => ({
          ...{ site, network, category, queries: blocked, passed },
        })),
      ])
      tallies = new Map()
      ofClient = new WeakMap()
      return counted
    },
    giveBack(counts) {
      for (const { site, network, category, queries, passed } of counts) {
        const tally = at(site, network)
        if (category === null) tally.answered += queries
        else {
          const counted = of(tally, category)
          counted.blocked += queries
          counted.passed += passed
        }
      }
    },
  }
}

function of({ categories }: Tally, category: string): { blocked: number; passed: number } {
  let counted = categories.get(category)
  if (counted === undefined) {
    counted = { blocked: 0, passed: 0 }
    categories.set(category, counted)
  }
  return counted
}
