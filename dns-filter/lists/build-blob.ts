import { randomBytes } from 'node:crypto'
import { AppError } from '#core/error.ts'
import { LIMITS } from '../limits.ts'
import { HashedNamesBuilder } from '../names/hashed-names.ts'
import { KeyedHash } from '../names/keyed-hash.ts'
import type { NameKey } from '../names/keyed-hash.ts'
import { Suffixes } from '../names/suffixes.ts'
import type { BlobContent, BlobList } from './blob.ts'
import { SCOPES } from './entry.ts'
import type { Entry } from './entry.ts'

/** Each becomes two of 16 bits at most: of the lists that hold a name, and what is below it. */
const MOST_SETS = 0x7fff

export interface BlobBuilder {
  /** The list that is added to from now on; lists come one after the other. */
  begin(list: { readonly name: string; readonly sha256: string }): void
  add(entry: Entry): void
  /** A list of which nothing can be read now. */
  fail(list: { readonly name: string; readonly sha256: string }, reason: string): void
  finish(): BlobContent
}

export function createBlobBuilder(key: NameKey = randomNameKey()): BlobBuilder {
  const lists: (BlobList & { names: number })[] = []
  const tables = {
    block: new HashedNamesBuilder(),
    allow: new HashedNamesBuilder(),
    insist: new HashedNamesBuilder(),
  }
  const name = new Suffixes()
  const hash = new KeyedHash(key)
  let count = 0

  function begin(list: { name: string; sha256: string }, failure: string | null): void {
    if (lists.length >= LIMITS.lists) {
      throw new AppError('list', `there are more lists than the ${LIMITS.lists} allowed`)
    }
    const { name, sha256 } = list
    lists.push({ name, sha256, names: 0, failure })
  }

  return {
    begin: (list) => begin(list, null),
    fail: begin,
    add(entry) {
      if (++count > LIMITS.listNames) {
        throw new AppError('list', `there are more names than the ${LIMITS.listNames} allowed`)
      }
      const list = lists.at(-1)
      if (list === undefined) throw new Error('a name without a list')
      list.names++
      name.read(entry.name, 0)
      hash.readWhole(name)
      const meaning = (lists.length - 1) * 4 + SCOPES.indexOf(entry.scope)
      tables[entry.action].add(hash, meaning)
    },
    finish() {
      const numbers = createSetNumbers()
      return {
        key,
        lists,
        tables: {
          block: tables.block.build(numbers.of),
          allow: tables.allow.build(numbers.of),
          insist: tables.insist.build(numbers.of),
        },
        sets: numbers.sets,
      }
    },
  }
}

function randomNameKey(): NameKey {
  const bytes = randomBytes(16)
  return Uint32Array.from({ length: 4 }, (_, i) => bytes.readUInt32LE(i * 4))
}

/** Few combinations of lists share all the names there are: each has a number, from 1. */
function createSetNumbers(): {
  readonly of: (meanings: readonly number[]) => number
  readonly sets: (readonly number[])[]
} {
  const sets: (readonly number[])[] = []
  const single: number[] = []
  const several = new Map<string, number>()
  const number = (meanings: readonly number[]): number => {
    if (sets.length === MOST_SETS) {
      throw new AppError('list', `names are on more than ${MOST_SETS} combinations of lists`)
    }
    return sets.push([...meanings])
  }
  return {
    sets,
    of(meanings) {
      const [first = 0] = meanings
      if (meanings.length === 1) return (single[first] ??= number(meanings))
      const key = meanings.join()
      let known = several.get(key)
      if (known === undefined) several.set(key, (known = number(meanings)))
      return known
    },
  }
}
