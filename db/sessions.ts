import type postgres from 'postgres'
import { addressChanges } from './address-changes.ts'
import type { AddressChange } from './address-changes.ts'
import type { SessionChange } from './key-sessions.ts'
import { partitionWindow, utcDay } from './partitions.ts'
import { changesLog, stateOf } from './session-rows.ts'
import type { SessionRow } from './session-rows.ts'
import type { SessionDraft, SessionState, WrittenState } from './session-state.ts'
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
 * Writes sessions that changed, and their rows of the log where something changed that the log keeps;
 * each gets the version and the day that it then has. One that is no longer as it was read stays as it
 * is and LostRace is thrown: then all must be rolled back, read, merged and written again.
 */
export async function writeSessions(
  sql: postgres.TransactionSql,
  changes: readonly SessionChange[],
): Promise<void> {
  const days = partitionWindow(Date.now())
  const addresses: AddressChange[] = []
  const written: WrittenState[] = []
  const legal: WrittenState[] = []
  for (const { before, session } of inOrder(changes)) {
    const one = settle(session, session.day ?? dayWithin(days, session.startedAt))
    written.push(one)
    if (before === null || changesLog(one, before)) legal.push(one)
    addresses.push(...addressChanges(one, before))
  }
  const count = await writeSessionRows(sql, written)
  if (count !== written.length) throw new LostRace('a session was changed meanwhile')
  await writeRows(sql, legal)
  await writeAddresses(sql, addresses)
}

/** By key, so that two writers never wait for each other. */
function inOrder(changes: readonly SessionChange[]): readonly SessionChange[] {
  return changes.toSorted(({ session: a }, { session: b }) =>
    a.key === b.key ? a.generation - b.generation : a.key < b.key ? -1 : 1,
  )
}

function settle(session: SessionDraft, day: string): WrittenState {
  session.version += 1
  session.day = day
  return session as WrittenState
}

async function writeAddresses(
  sql: postgres.TransactionSql,
  changes: readonly AddressChange[],
): Promise<void> {
  for (const { day, id, address, from_at, until_at, public_ip, public_ports } of changes) {
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

/** A session that began before the oldest partition is kept under that partition's day. */
function dayWithin({ first, last }: { first: string; last: string }, at: number): string {
  const day = utcDay(at)
  if (day < first) return first
  return day > last ? last : day
}
