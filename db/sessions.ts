import type postgres from 'postgres'
import { addressChanges } from './address-changes.ts'
import type { AddressChange } from './address-changes.ts'
import { partitionWindow, utcDay } from './partitions.ts'
import { rowOf, stateOf } from './session-rows.ts'
import type { SessionRow } from './session-rows.ts'
import type { SessionState } from './session-state.ts'
import { writeRows } from './write-rows.ts'

export type Sql = postgres.Sql | postgres.TransactionSql

/** The sessions with these keys, of all generations. */
export async function readSessions(
  sql: Sql,
  keys: readonly string[],
): Promise<readonly SessionState[]> {
  // Key by key through the index: a plan made while the table was small would read all of it later.
  const rows = await sql<SessionRow[]>`
    select ${columns(sql)} from unnest(${keys}::uuid[]) as wanted(key)
    cross join lateral (select * from log.session where key = wanted.key offset 0) s`
  return rows.map(stateOf)
}

/** The open sessions of a device at a gateway, and those with this key; nobody else writes them meanwhile. */
export async function lockSessions(
  sql: postgres.TransactionSql,
  { gateway, mac, key }: { gateway: string; mac: string; key: string },
): Promise<readonly SessionState[]> {
  const rows = await sql<SessionRow[]>`
    select ${columns(sql)} from log.session s
    where (s.gateway = ${gateway} and s.mac = ${mac} and s.stopped_at is null) or s.key = ${key}
    for update`
  return rows.map(stateOf)
}

function columns(sql: Sql) {
  return sql`
    s.key, generation, version, day::text, id, gateway, site, network, mac::text, account,
    account_at, started_at, start_rank, nas_started_at, last_at, stopped_at, stop_cause, stop_by,
    nas_stopped_at, accounted, grant_until, interval_seconds, seconds, octets_in, octets_out, trail`
}

/** Another writer was faster: what was read is no longer so. */
export class LostRace extends Error {}

/**
 * Writes the sessions, and their rows of the log where something changed that the log keeps. `known`
 * is what was read: a row that is no longer so stays as it is and LostRace is thrown. Then all must be
 * rolled back, read, merged and written again. Gives the sessions as they are written.
 */
export async function writeSessions(
  sql: postgres.TransactionSql,
  known: readonly SessionState[],
  sessions: readonly SessionState[],
): Promise<readonly SessionState[]> {
  const plan = planOf(known, sessions)
  await writePlan(sql, plan)
  return plan.written
}

interface Plan {
  readonly written: readonly SessionState[]
  readonly rows: readonly object[]
  readonly addresses: readonly AddressChange[]
}

function planOf(known: readonly SessionState[], sessions: readonly SessionState[]): Plan {
  const before = new Map(known.map((state) => [placeOf(state), state]))
  const days = partitionWindow(Date.now())
  const rows: { readonly place: string; readonly row: object }[] = []
  const addresses: AddressChange[] = []
  const written: SessionState[] = []
  for (const session of sessions) {
    const place = placeOf(session)
    const day = session.day ?? dayWithin(days, session.startedAt)
    rows.push({ place, row: rowOf(session, day, before.get(place)) })
    addresses.push(...addressChanges(session, day, before.get(place)))
    written.push({ ...session, day, version: session.version + 1 })
  }
  // In the order of the keys, so that two writers never wait for each other.
  rows.sort((a, b) => (a.place < b.place ? -1 : 1))
  return { written, rows: rows.map(({ row }) => row), addresses }
}

async function writePlan(sql: postgres.TransactionSql, plan: Plan): Promise<void> {
  const written = await writeRows(sql, plan.rows)
  if (written !== plan.rows.length) throw new LostRace('a session was changed meanwhile')
  for (const { day, id, address, from_at, until_at } of plan.addresses) {
    if (until_at === null) {
      await sql`
        delete from log.former_address
        where day = ${day}::date and id = ${id} and address = ${address} and from_at = ${from_at}`
    } else {
      await sql`
        insert into log.former_address (day, id, address, from_at, until_at)
        values (${day}, ${id}, ${address}, ${from_at}, ${until_at})
        on conflict (day, id, address, from_at) do update set until_at = excluded.until_at`
    }
  }
}

function placeOf({ key, generation }: SessionState): string {
  return `${key} ${generation}`
}

/** A session that began before the oldest partition is kept under that partition's day. */
function dayWithin({ first, last }: { first: string; last: string }, at: number): string {
  const day = utcDay(at)
  if (day < first) return first
  return day > last ? last : day
}
