import type { ListHead } from '#db/lists.ts'
import type { NetworkKind } from '#db/sites.ts'
import type { ListIndex } from '../lists/list-index.ts'
import type { Suffixes } from '../names/suffixes.ts'

export interface ListHit {
  readonly list: ListHead
  readonly suffix: number
}

/** What the lists say on each network. */
export interface ListVerdicts {
  /**
   * The shortest suffix that a list of this network holds, unless a list of this network makes an
   * exception of the name or one above it.
   */
  find(name: Suffixes, network: NetworkKind): ListHit | null
}

export function createListVerdicts(index: ListIndex): ListVerdicts {
  // For each set of lists, the first of them that counts on the network.
  const firstOf = (network: NetworkKind): readonly (ListHead | null)[] =>
    index.sets.map((set) => {
      const first = set.find((list) => index.lists[list]?.blocks.includes(network) === true)
      return first === undefined ? null : (index.lists[first] ?? null)
    })
  const firsts = { guest: firstOf('guest'), staff: firstOf('staff') }

  function shortest(
    ask: ListIndex['setOf'],
    name: Suffixes,
    firsts: readonly (ListHead | null)[],
  ): ListHit | null {
    for (let suffix = name.count - 1; suffix >= 0; suffix--) {
      const list = firsts[ask(name, suffix)] ?? null
      if (list !== null) return { list, suffix }
    }
    return null
  }

  return {
    find(name, network) {
      const lists = firsts[network]
      const insisted = shortest(index.insistedBy, name, lists)
      if (insisted !== null) return insisted
      const blocked = shortest(index.setOf, name, lists)
      if (blocked === null) return null
      return shortest(index.allowedBy, name, lists) === null ? blocked : null
    },
  }
}
