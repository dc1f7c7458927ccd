import type postgres from 'postgres'
import type { Database } from '../connection.ts'
import { dayTables, goneFrom, partitionDays } from '../partitions.ts'
import { headOf, loadChain, sealsOf } from './chain.ts'
import { checkChain } from './check-chain.ts'
import { closedFrom } from './seal-day.ts'
import { loadPublicKeys } from './sealing-key.ts'
import type { StoredSeal } from './seals.ts'

/** What the checker knows by itself. */
export interface Against {
  readonly now: number
  /** A public key in PEM; null: the keys that the database holds. */
  readonly pinnedKey: string | null
}

export interface ChainReport {
  readonly seals: number
  readonly dropped: number
  readonly first: string | null
  readonly last: string | null
  /** What the checker must know of the keys, though it is in order. */
  readonly notes: readonly string[]
  /** Of the last seal or change of the key: whoever keeps it elsewhere can tell that no older seal was remade. */
  readonly head: string | null
  readonly keyIds: readonly string[]
  readonly problems: readonly string[]
}

// The job seals within ten minutes; half a day of grace before a day counts as forgotten.
const GRACE_MS = 12 * 3_600_000

/** Checks each link and each signature, oldest first. The rows are looked at by `verifyDay`. */
export async function verifyChain(database: Database, against: Against): Promise<ChainReport> {
  const { now } = against
  const { sql } = database
  const chain = await loadChain(sql)
  const seals = sealsOf(chain)
  const keys = await loadPublicKeys(sql)
  const check = checkChain(chain, { keys, pinnedKey: against.pinnedKey })
  const problems: string[] = []
  for (const seal of seals) {
    problems.push(...(check.seals.get(seal.day) ?? []), ...(await checkDropped(sql, seal, now)))
  }
  problems.push(...check.changes)
  const last = seals.at(-1)
  for (const day of await partitionDays(database)) {
    if (closedFrom(day) + GRACE_MS > now || seals.some((seal) => seal.day === day)) continue
    problems.push(
      last !== undefined && day < last.day
        ? `the seal of ${day} is missing`
        : `${day} is closed and not sealed; does a process with the role jobs run?`,
    )
  }
  return {
    seals: seals.length,
    dropped: seals.filter(({ droppedAt }) => droppedAt !== null).length,
    first: seals[0]?.day ?? null,
    last: last?.day ?? null,
    head: last === undefined ? null : headOf(chain),
    notes: check.notes,
    keyIds: [...new Set(seals.map(({ keyId }) => keyId))],
    problems,
  }
}

/** A day that is marked as dropped: nothing signs that, so it must not hide rows. */
export async function checkDropped(
  sql: postgres.ISql,
  seal: StoredSeal,
  now: number,
): Promise<readonly string[]> {
  if (seal.droppedAt === null) return []
  const problems: string[] = []
  const there = (await dayTables({ sql })).some(({ day }) => day === seal.day)
  if (there) problems.push(`${seal.day} is marked as dropped and is there`)
  if (Math.min(seal.droppedAt.getTime(), now) < goneFrom(seal.day)) {
    problems.push(`${seal.day} was dropped before its year was over`)
  }
  return problems
}
