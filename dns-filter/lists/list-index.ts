import type { ListHead } from '#db/lists.ts'
import { findHashed } from '../names/hashed-names.ts'
import type { HashedNames } from '../names/hashed-names.ts'
import { KeyedHash } from '../names/keyed-hash.ts'
import type { Suffixes } from '../names/suffixes.ts'
import type { BlobContent } from './blob.ts'
import { SCOPES } from './entry.ts'

export interface ListSource {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/** All lists of the house in one immutable table. */
export interface ListIndex {
  /** The number of the set of lists that hold exactly this suffix of the name; 0: none. */
  setOf(name: Suffixes, suffix: number): number
  /** The same of exceptions that lists bring with them (AdBlock `@@`). */
  allowedBy(name: Suffixes, suffix: number): number
  /** The same of blocks that go before exceptions (AdGuard `$important`); not in `setOf`. */
  insistedBy(name: Suffixes, suffix: number): number
  /** Of what `setOf` and `insistedBy` know of the whole name: the set that has all below it too. */
  setBelow(name: Suffixes): number
  insistedBelow(name: Suffixes): number
  /** For each set number, the lists in it (indices into `lists`), ascending. */
  readonly sets: readonly (readonly number[])[]
  readonly lists: readonly ListHead[]
  /** Different names. */
  readonly names: number
  readonly bytes: number
  /** Which line of which list names exactly this domain. Reads texts: slow, for explanations only. */
  source(list: number, domain: string): ListSource | null
}

export const NO_LISTS: ListIndex = {
  setOf: () => 0,
  allowedBy: () => 0,
  insistedBy: () => 0,
  setBelow: () => 0,
  insistedBelow: () => 0,
  sets: [[]],
  lists: [],
  names: 0,
  bytes: 0,
  source: () => null,
}

/** `heads` say which lists count and what they are; of a list that is not in the blob nothing is known. */
export function createListIndex(
  blob: BlobContent,
  bytes: number,
  heads: readonly ListHead[],
  source: (list: ListHead, domain: string) => ListSource | null,
): ListIndex {
  const hash = new KeyedHash(blob.key)
  const { sets, atName, below } = resolveSets(blob, heads)

  function finder(names: HashedNames, isBelow = false): ListIndex['setOf'] {
    if (names.records.length === 0) return () => 0
    return (name, suffix) => {
      hash.read(name)
      const number = findHashed(names, hash, suffix)
      if (number === 0) return 0
      return (suffix === 0 && !isBelow ? atName : below)[number] as number
    }
  }
  const blockedBelow = finder(blob.tables.block, true)
  const insistedBelow = finder(blob.tables.insist, true)

  return {
    setOf: finder(blob.tables.block),
    allowedBy: finder(blob.tables.allow),
    insistedBy: finder(blob.tables.insist),
    setBelow: (name) => blockedBelow(name, 0),
    insistedBelow: (name) => insistedBelow(name, 0),
    sets,
    lists: heads,
    names: Object.values(blob.tables).reduce((sum, { records }) => sum + records.length / 5, 0),
    bytes,
    source(list, domain) {
      const head = heads[list]
      return head === undefined ? null : source(head, domain)
    },
  }
}

/** Of each set of the blob: which lists hold its names themselves, and which what is below them. */
function resolveSets(
  blob: BlobContent,
  heads: readonly ListHead[],
): {
  readonly sets: readonly (readonly number[])[]
  readonly atName: Uint16Array
  readonly below: Uint16Array
} {
  const positions = new Map(heads.map(({ name }, i) => [name, i]))
  const positionOf = blob.lists.map(({ name }) => positions.get(name))
  const sets: number[][] = [[]]
  const numbers = new Map<string, number>([['', 0]])
  const number = (set: readonly number[], other: 'name' | 'below'): number => {
    const held = set
      .filter((meaning) => SCOPES[meaning & 3] !== other)
      .flatMap((meaning) => positionOf[meaning >>> 2] ?? [])
    const lists = [...new Set(held)].toSorted((a, b) => a - b)
    const key = lists.join()
    let known = numbers.get(key)
    if (known === undefined) numbers.set(key, (known = sets.push(lists) - 1))
    return known
  }
  const atName = new Uint16Array(blob.sets.length + 1)
  const below = new Uint16Array(blob.sets.length + 1)
  for (const [i, set] of blob.sets.entries()) {
    atName[i + 1] = number(set, 'below')
    below[i + 1] = number(set, 'name')
  }
  return { sets, atName, below }
}
