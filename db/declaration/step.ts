import type { Transaction } from 'kysely'
import type { Seal } from '#core/seal.ts'
import type { Tables } from '../tables.ts'
import { planShelf } from './difference.ts'
import type { Change, Row, Shelf } from './difference.ts'
import type { OwnRadius } from './proxying.ts'
import type { Declaration } from './read.ts'

export interface StepContext {
  readonly kysely: Transaction<Tables>
  readonly declaration: Declaration
  readonly seal: Seal
  readonly now: number
  /** Who applies, for what is asked for on the way. */
  readonly actor: string
  readonly provisional: boolean
  /** Not known: nothing is refused for it. */
  readonly own?: OwnRadius | undefined
  /** What does not fit, to be told all at once. */
  readonly problems: string[]
}

/** One kind of thing, ready to be written: removals run in reverse order of the steps. */
export interface Step {
  readonly changes: readonly Change[]
  /** Inserts and updates. */
  write(): Promise<void>
  remove(): Promise<void>
}

export interface Writes<R> {
  insert(row: R): Promise<unknown>
  /** The same for many at once, where there can be thousands. */
  insertAll?(rows: R[]): Promise<unknown>
  update(row: R): Promise<unknown>
  remove(row: R): Promise<unknown>
}

// A statement has 65,535 parameters at most, a row some twenty.
const MOST_AT_ONCE = 500

export function stepOf<R extends Row>(shelf: Shelf<R>, writes: Writes<R>): Step {
  const plan = planShelf(shelf)
  return {
    changes: plan.changes,
    async write() {
      if (writes.insertAll === undefined) {
        for (const row of plan.insert) await writes.insert(row)
      } else {
        for (let at = 0; at < plan.insert.length; at += MOST_AT_ONCE) {
          await writes.insertAll(plan.insert.slice(at, at + MOST_AT_ONCE))
        }
      }
      for (const row of plan.update) await writes.update(row)
    },
    async remove() {
      for (const row of plan.remove) await writes.remove(row)
    },
  }
}

/** For a section that the files do not have: nothing is said, so nothing is done. */
export const NO_STEP: Step = {
  changes: [],
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

export function byKey<R>(rows: readonly R[], key: (row: R) => string): ReadonlyMap<string, R> {
  return new Map(rows.map((row) => [key(row), row]))
}
