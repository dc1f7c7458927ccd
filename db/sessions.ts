import type postgres from 'postgres'
import { addressChanges } from './address-changes.ts'
import type { AddressChange } from './address-changes.ts'
import { partitionWindow, utcDay } from './partitions.ts'
import { rowOf, stateOf } from './session-rows.ts'
import type { SessionRow } from './session-rows.ts'
import type { SessionState } from './session-state.ts'

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
  await writeRows(sql, plan.rows)
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

async function writeRows(sql: Sql, rows: readonly object[]): Promise<void> {
  const [result] = await sql<{ written: number }[]>`
    with packet as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as p(
        key uuid, generation smallint, version integer, day date, id uuid, gateway text, site text,
        network text, mac macaddr, account text, account_at float8, started_at float8,
        start_rank smallint, nas_started_at float8, last_at float8, stopped_at float8,
        stop_cause text, stop_by text, nas_stopped_at float8, accounted boolean,
        grant_until float8, interval_seconds integer, seconds bigint, octets_in numeric,
        octets_out numeric, trail jsonb, legal json)
    ), live as (
      insert into log.session as s
        (key, generation, version, day, id, gateway, site, network, mac, account, account_at,
         started_at, start_rank, nas_started_at, last_at, stopped_at, stop_cause, stop_by,
         nas_stopped_at, accounted, grant_until, interval_seconds, seconds, octets_in, octets_out,
         trail)
      select key, generation, version, day, id, gateway, site, network, mac, account,
             to_timestamp(account_at / 1000), to_timestamp(started_at / 1000), start_rank,
             to_timestamp(nas_started_at / 1000), to_timestamp(last_at / 1000),
             to_timestamp(stopped_at / 1000), stop_cause, stop_by,
             to_timestamp(nas_stopped_at / 1000), accounted, to_timestamp(grant_until / 1000),
             interval_seconds, seconds, octets_in, octets_out, trail
      from packet
      on conflict (key, generation) do update set
        version = excluded.version,
        account = excluded.account,
        account_at = excluded.account_at,
        started_at = excluded.started_at,
        start_rank = excluded.start_rank,
        nas_started_at = excluded.nas_started_at,
        last_at = excluded.last_at,
        stopped_at = excluded.stopped_at,
        stop_cause = excluded.stop_cause,
        stop_by = excluded.stop_by,
        nas_stopped_at = excluded.nas_stopped_at,
        accounted = excluded.accounted,
        grant_until = excluded.grant_until,
        interval_seconds = excluded.interval_seconds,
        seconds = excluded.seconds,
        octets_in = excluded.octets_in,
        octets_out = excluded.octets_out,
        trail = excluded.trail
      where s.version = excluded.version - 1
      returning key, generation
    ), logged as (
      -- Not an update: that would have to plan for a whole year's partitions.
      insert into log.connection as c
        (day, id, site, gateway, network, mac, account, ipv4, ipv4_at, ipv6, ipv6_at, started_at,
         nas_started_at, stopped_at, nas_stopped_at, stop_cause, legal_basis, terms_version)
      select p.day, p.id, p.site, p.gateway, p.network, p.mac,
             l.account, l.ipv4, to_timestamp(l.ipv4_at / 1000), l.ipv6,
             to_timestamp(l.ipv6_at / 1000), to_timestamp(l.started_at / 1000),
             to_timestamp(l.nas_started_at / 1000), to_timestamp(l.stopped_at / 1000),
             to_timestamp(l.nas_stopped_at / 1000), l.stop_cause,
             (select b.id from house.legal_basis b
              where coalesce(b.network, p.network) = p.network
                and (to_timestamp(l.started_at / 1000) at time zone 'UTC')::date
                    between b.starts_on and coalesce(b.ends_on, 'infinity')),
             case when p.network = 'guest' then
               (select a.terms_version from guest.access a where a.mac = p.mac) end
      from live
      join packet p using (key, generation)
      cross join lateral json_to_record(p.legal) as l(
        account text, ipv4 inet, ipv4_at float8, ipv6 inet, ipv6_at float8, started_at float8,
        nas_started_at float8, stopped_at float8, nas_stopped_at float8, stop_cause text)
      where p.legal is not null
      on conflict (day, id) do update set
        account = excluded.account,
        ipv4 = excluded.ipv4,
        ipv4_at = excluded.ipv4_at,
        ipv6 = excluded.ipv6,
        ipv6_at = excluded.ipv6_at,
        started_at = excluded.started_at,
        nas_started_at = excluded.nas_started_at,
        stopped_at = excluded.stopped_at,
        nas_stopped_at = excluded.nas_stopped_at,
        stop_cause = excluded.stop_cause,
        legal_basis = coalesce(excluded.legal_basis, c.legal_basis),
        terms_version = coalesce(c.terms_version, excluded.terms_version)
    )
    select count(*)::int as written from live`
  if (result?.written !== rows.length) throw new LostRace('a session was changed meanwhile')
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
