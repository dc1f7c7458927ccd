import type postgres from 'postgres'
import { addressChanges } from './address-changes.ts'
import type { AddressChange } from './address-changes.ts'
import { partitionWindow, utcDay } from './partitions.ts'
import { changesLog, stateOf } from './session-rows.ts'
import type { SessionRow } from './session-rows.ts'
import type { SessionState } from './session-state.ts'
import { writeRows } from './write-rows.ts'
import { writeSessionRows } from './write-sessions.ts'

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

/** With the version and the day that it has in the database. */
type Written = SessionState & { readonly day: string }

interface Plan {
  readonly written: readonly Written[]
  /** Of those written, the ones of which something changed that the log keeps. */
  readonly legal: readonly Written[]
  readonly addresses: readonly AddressChange[]
}

function planOf(known: readonly SessionState[], sessions: readonly SessionState[]): Plan {
  const before = new Map(known.map((state) => [placeOf(state), state]))
  const days = partitionWindow(Date.now())
  const addresses: AddressChange[] = []
  const written: Written[] = []
  const legal: Written[] = []
  for (const session of sessions) {
    const known = before.get(placeOf(session))
    const day = session.day ?? dayWithin(days, session.startedAt)
    const one = { ...session, day, version: session.version + 1 }
    written.push(one)
    if (known === undefined || changesLog(session, known)) legal.push(one)
    addresses.push(...addressChanges(session, day, known))
  }
  // In the order of the keys, so that two writers never wait for each other.
  written.sort((a, b) => (a.key === b.key ? a.generation - b.generation : a.key < b.key ? -1 : 1))
  return { written, legal, addresses }
}

async function writePlan(sql: postgres.TransactionSql, plan: Plan): Promise<void> {
  const written = await writeSessionRows(sql, plan.written)
  if (written !== plan.written.length) throw new LostRace('a session was changed meanwhile')
  await writeRows(sql, plan.legal)
  for (const change of plan.addresses) {
    const { day, id, address, from_at, until_at, public_ip, public_ports } = change
    if (until_at === null) {
      await sql`
        delete from log.former_address
        where day = ${day}::date and id = ${id} and address = ${address} and from_at = ${from_at}`
    } else {
      await sql`
        insert into log.former_address
          (day, id, address, from_at, until_at, public_ip, public_ports)
        values (${day}, ${id}, ${address}, ${from_at}, ${until_at}, ${public_ip},
                ${public_ports}::text::int4range)
        on conflict (day, id, address, from_at) do update set
          until_at = excluded.until_at, public_ip = excluded.public_ip,
          public_ports = excluded.public_ports`
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
