import type postgres from 'postgres'
import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { partitionDays } from '../partitions.ts'
import { headOf, loadChain } from './chain.ts'
import { signBytes, statementText } from './day-seal.ts'
import type { DaySeal } from './day-seal.ts'
import { DayHasher, LeafWriter } from './leaves.ts'
import { PARTS, inUtc, readRowHashes } from './row-hashes.ts'
import { loadSealingKey } from './sealing-key.ts'
import { insertSeal, loadSeals } from './seals.ts'

const DAY_MS = 86_400_000
/** Late packets and what the spools of places that were cut off replay come first. */
const CLOSE_AFTER_DAYS = 2

/** The instant from which a day may be sealed: two days after its end. */
export function closedFrom(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) + (1 + CLOSE_AFTER_DAYS) * DAY_MS
}

/** Seals every closed day after the last sealed one, in order; returns the new seals. */
export async function sealClosedDays(
  database: Database,
  seal: Seal,
  now: number,
): Promise<readonly DaySeal[]> {
  const made: DaySeal[] = []
  for (;;) {
    const last = (await loadSeals(database.sql)).at(-1)
    const days = await partitionDays(database)
    const next = days.find((day) => last === undefined || day > last.day)
    if (next === undefined || closedFrom(next) > now) return made
    const sealed = await sealDay(database, seal, next, now)
    if (sealed !== null) made.push(sealed)
  }
}

/** Null: another process sealed it first. */
async function sealDay(
  database: Database,
  seal: Seal,
  day: string,
  now: number,
): Promise<DaySeal | null> {
  await closeDay(database, day)
  return database.sql.begin('isolation level repeatable read', async (sql) => {
    // Before the transaction's snapshot: who comes second must see the first one's seal.
    await sql`lock table log.seal in share row exclusive mode`
    await inUtc(sql)
    const chain = await loadChain(sql)
    const last = chain.findLast((link) => link.kind === 'seal')?.seal
    if (last !== undefined && last.day >= day) return null
    // What was noted between the closing and this snapshot is in the rows that are sealed now.
    await sql`delete from log.amendment where day = ${day}`
    const { counts, digest, leaves } = await digestDay(sql, day)
    // Read under the lock: a key that was replaced meanwhile must sign nothing more.
    const key = await loadSealingKey(sql, seal)
    const statement = {
      day,
      connections: counts.connection,
      formerAddresses: counts.former_address,
      amendments: counts.amendment,
      digest,
      leaves,
      previous: headOf(chain),
      keyId: key.id,
      sealedAt: new Date(now),
    }
    const made = { ...statement, signature: signBytes(key.privatePem, statementText(statement)) }
    await insertSeal(sql, made)
    return made
  })
}

/** From here on, the trigger notes what is done to the day's rows. */
async function closeDay(database: Database, day: string): Promise<void> {
  await database.sql.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`close ${day}`}, 0))`
    await sql`insert into log.closed_day (day) values (${day}) on conflict do nothing`
  })
}

async function digestDay(
  sql: postgres.TransactionSql,
  day: string,
): Promise<ReturnType<DayHasher['done']> & { leaves: string }> {
  const hasher = new DayHasher()
  const leaves = new LeafWriter(sql, day)
  for (const part of PARTS) {
    hasher.begin(part)
    await leaves.begin(part)
    for await (const { id, hashes } of readRowHashes(sql, day, part)) {
      for (const hash of hashes) {
        hasher.add(part, hash)
        await leaves.add(id, hash)
      }
    }
  }
  return { ...hasher.done(), leaves: await leaves.done() }
}
