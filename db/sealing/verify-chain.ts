import type postgres from 'postgres'
import type { Database } from '../connection.ts'
import { dayTables, goneFrom, partitionDays } from '../partitions.ts'
import { FIRST_PREVIOUS, isKey, linkOf, signatureFits, statementText } from './day-seal.ts'
import { closedFrom } from './seal-day.ts'
import { loadSeals } from './seals.ts'
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
  /** Of the last seal: whoever keeps it elsewhere can tell that no older seal was remade. */
  readonly head: string | null
  readonly keyIds: readonly string[]
  readonly problems: readonly string[]
}

// The job seals within ten minutes; half a day of grace before a day counts as forgotten.
const GRACE_MS = 12 * 3_600_000

/** Checks each link and each signature, oldest first. The rows are looked at by `verifyDay`. */
export async function verifyChain(database: Database, against: Against): Promise<ChainReport> {
  const { now } = against
  const seals = await loadSeals(database.sql)
  const problems: string[] = []
  for (const [i, seal] of seals.entries()) {
    problems.push(...(await checkSeal(database.sql, seal, seals[i - 1], against)))
  }
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
    head: last === undefined ? null : linkOf(last),
    keyIds: [...new Set(seals.map(({ keyId }) => keyId))],
    problems,
  }
}

/** What is wrong with one seal and its link to the one before. */
export async function checkSeal(
  sql: postgres.ISql,
  seal: StoredSeal,
  before: StoredSeal | undefined,
  { now, pinnedKey }: Against,
): Promise<readonly string[]> {
  const problems: string[] = []
  const expected = before === undefined ? FIRST_PREVIOUS : linkOf(before)
  if (seal.previous !== expected) {
    problems.push(
      before === undefined
        ? `the seal of ${seal.day} refers to an earlier one, which is missing`
        : `the chain is broken between ${before.day} and ${seal.day}: a seal there was changed, remade or taken out`,
    )
  }
  const [key] = await sql<{ publicPem: string }[]>`
    select public_pem as "publicPem" from log.sealing_key where id = ${seal.keyId}`
  const publicPem = pinnedKey ?? key?.publicPem ?? ''
  if (pinnedKey !== null && !isKey(pinnedKey, seal.keyId)) {
    problems.push(`the seal of ${seal.day} names the key ${seal.keyId}, which is not the one given`)
  } else if (
    !isKey(publicPem, seal.keyId) ||
    !signatureFits(publicPem, statementText(seal), seal.signature)
  ) {
    problems.push(`the signature of the seal of ${seal.day} does not fit`)
  }
  if (seal.droppedAt !== null) {
    // Nothing signs that a day was dropped: it must not be a way round the check of its rows.
    const there = (await dayTables({ sql })).some(({ day }) => day === seal.day)
    if (there) problems.push(`${seal.day} is marked as dropped and is there`)
    if (Math.min(seal.droppedAt.getTime(), now) < goneFrom(seal.day)) {
      problems.push(`${seal.day} was dropped before its year was over`)
    }
  }
  return problems
}
