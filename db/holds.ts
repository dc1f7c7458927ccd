import { sql } from 'kysely'
import { AppError } from '#core/error.ts'
import type { Reach } from '#core/rights.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { searchConnections } from './connections.ts'
import type { Connection, Criteria } from './connections.ts'
import { utcDay } from './partitions.ts'

// A search that fits a whole place for months names nobody.
const MOST_ROWS = 100_000
const PAGE_ROWS = 1000

/** Rows of the log that are kept for a case past their year. */
export interface Hold {
  readonly caseRef: string
  readonly reason: string
  readonly criteria: Readonly<Record<string, string | number | null>>
  /** Its last day, in UTC. */
  readonly until: string
  readonly madeBy: string
  readonly madeAt: Date
  readonly endedBy: string | null
  readonly endedAt: Date | null
  /** Rows of the log that it names. */
  readonly named: number
  /** Copies it keeps of rows whose day is gone. */
  readonly kept: number
}

/**
 * Names the rows that fit `criteria` now, for the case; returns how many. Rows that come later are
 * not held: they have a year of their own, and the hold can be added again.
 */
export async function addHold(
  database: Database,
  hold: {
    caseRef: string
    reason: string
    until: string
    actor: string
    criteria: Criteria
    now: number
  },
): Promise<number> {
  if (hold.until < utcDay(hold.now)) {
    throw new AppError('hold', `a hold until ${hold.until} is over already`)
  }
  const look = { actor: hold.actor, reason: `hold for case ${hold.caseRef}: ${hold.reason}` }
  const found: Connection[] = []
  for await (const page of searchConnections(database, hold.criteria, look)) {
    found.push(...page)
    if (found.length > MOST_ROWS) {
      throw new AppError(
        'hold.too-wide',
        `more than ${MOST_ROWS} rows fit: a hold is for named connections, narrow it with --from and --to`,
      )
    }
  }
  if (found.length === 0) return 0
  const criteria = {
    ...hold.criteria,
    from: hold.criteria.from?.toISOString() ?? null,
    to: hold.criteria.to?.toISOString() ?? null,
  }
  return database.sql.begin(async (sql) => {
    const [made] = await sql<{ id: string }[]>`
      insert into log.hold (case_ref, reason, criteria, until, made_by)
      values (${hold.caseRef}, ${hold.reason}, ${sql.json(criteria)}, ${hold.until}, ${hold.actor})
      returning id`
    const first = found.map(({ start }) => start.getTime()).reduce((a, b) => Math.min(a, b))
    const ids = found.map(({ sessionId }) => sessionId)
    const [named] = await sql<{ rows: number }[]>`
      select log.name_held_rows(${made?.id ?? null}, ${utcDay(first)}, ${ids}::uuid[]) as rows`
    const rows = named?.rows ?? 0
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${hold.actor}, 'logs.hold-add', ${hold.caseRef}, ${hold.reason},
              ${sql.json({ ...criteria, until: hold.until, rows })})`
    return rows
  })
}

/** What a hold is for: named connections, not a place for months. */
export function namesConnections(criteria: Criteria): boolean {
  const { mac, ip, user, publicIp, site, from, to } = criteria
  const isNamed = [mac, ip, user, publicIp].some((value) => value !== null)
  return isNamed || (site !== null && from !== null && to !== null)
}

/** The holds in force, and with `ended` those that were. */
export function listHolds(database: Database, ended: boolean): Promise<readonly Hold[]> {
  return database.sql<Hold[]>`
    select ${holdColumns(database)} from log.hold h where ${ended} or h.ended_at is null order by h.id`
}

/** Of places within reach, in force and ended, the latest first. */
export function pageOfHolds(
  database: Database,
  { everywhere, associations }: Pick<Reach, 'everywhere' | 'associations'>,
  { before, rows }: { before: string | null; rows: number },
): Promise<readonly (Hold & { readonly id: string })[]> {
  return database.sql<(Hold & { readonly id: string })[]>`
    select h.id::text, ${holdColumns(database)} from log.hold h
    where (${everywhere} or h.criteria->>'site' in (
        select code from house.site where association = any(${[...associations]})))
      and (${before}::bigint is null or h.id < ${before}::bigint)
    order by h.id desc limit ${rows}`
}

function holdColumns({ sql }: Database): ReturnType<Database['sql']> {
  return sql`
    h.case_ref as "caseRef", h.reason, h.criteria, h.until::text as until,
    h.made_by as "madeBy", h.made_at as "madeAt", h.ended_by as "endedBy",
    h.ended_at as "endedAt",
    (select count(*)::int from log.hold_row r where r.hold = h.id) as named,
    (select count(*)::int from log.held k where k.hold = h.id) as kept`
}

/** Ends the holds of a case; returns how many. Their copies go at the next run of the retention job. */
export async function endHold(database: Database, caseRef: string, actor: string): Promise<number> {
  return database.kysely.transaction().execute(async (kysely) => {
    const ended = await sql<{ id: string }>`
      update log.hold set ended_at = now(), ended_by = ${actor}
      where case_ref = ${caseRef} and ended_at is null returning id`.execute(kysely)
    if (ended.rows.length === 0) return 0
    await writeAudit(kysely, {
      actor,
      action: 'logs.hold-end',
      subject: caseRef,
      reason: null,
      details: { holds: ended.rows.length },
    })
    return ended.rows.length
  })
}

/** Copies what holds in force name of `day`, before the day is dropped. Twice is once. */
export async function keepHeldRows(database: Database, day: string, now: number): Promise<void> {
  await database.sql.begin(async (sql) => {
    await sql`set local timezone = 'UTC'`
    await sql`
      insert into log.held (hold, day, id, connection, former_addresses)
      select r.hold, r.day, r.id, jsonb_strip_nulls(to_jsonb(log.connection_of(c))),
             coalesce((select jsonb_agg(jsonb_strip_nulls(to_jsonb(f)) order by f.from_at, f.address)
                       from log.former_address f where f.day = r.day and f.id = r.id), '[]')
      from log.hold_row r
      join log.hold h on h.id = r.hold and h.ended_at is null and h.until >= ${utcDay(now)}
      join log.connection_row c on c.day = r.day and c.id_tail = log.id_tail(r.id)
      where r.day = ${day}
      on conflict do nothing`
  })
}

/** How many rows of `day` holds in force keep. */
export async function countHeldOf(database: Database, day: string, now: number): Promise<number> {
  const [count] = await database.sql<{ rows: number }[]>`
    select count(distinct r.id)::int as rows from log.hold_row r
    join log.hold h on h.id = r.hold and h.ended_at is null and h.until >= ${utcDay(now)}
    where r.day = ${day}`
  return count?.rows ?? 0
}

export interface ReleasedHold {
  readonly caseRef: string
  readonly copies: number
}

/** Ends the holds whose date is past and deletes the copies of all that have ended. */
export async function releaseEndedHolds(
  database: Database,
  now: number,
  actor: string,
): Promise<readonly ReleasedHold[]> {
  return database.kysely.transaction().execute(async (kysely) => {
    await sql`
      update log.hold set ended_at = ${new Date(now)}, ended_by = 'its date'
      where ended_at is null and until < ${utcDay(now)}::date`.execute(kysely)
    const { rows } = await sql<ReleasedHold>`
      with copies as (
        delete from log.held k using log.hold h
        where k.hold = h.id and h.ended_at is not null returning k.hold
      ), names as (
        delete from log.hold_row r using log.hold h
        where r.hold = h.id and h.ended_at is not null returning r.hold
      )
      select h.case_ref as "caseRef",
             (select count(*)::int from copies where copies.hold = h.id) as copies
      from log.hold h
      where h.id in (select hold from copies union select hold from names)
      order by h.id`.execute(kysely)
    for (const { caseRef, copies } of rows) {
      await writeAudit(kysely, {
        actor,
        action: 'logs.hold-release',
        subject: caseRef,
        reason: 'the hold has ended',
        details: { copies },
      })
    }
    return rows
  })
}

/** The copies that holds of this case keep and that fit the criteria, oldest first, a page at a time. */
export async function* heldConnections(
  database: Database,
  caseRef: string,
  criteria: Criteria,
): AsyncGenerator<readonly Connection[]> {
  const { mac, ip, user, site, publicIp, publicPort, from, to } = criteria
  yield* database.sql<Connection[]>`
    select distinct on (c.started_at, c.id)
           c.id as "sessionId", c.site, c.gateway, c.network, c.mac::text as mac, c.account as user,
           host(c.ipv4) as ip, host(c.ipv6) as ipv6, host(c.public_ip) as "publicIp",
           lower(c.public_ports) || '-' || upper(c.public_ports) - 1 as "publicPorts",
           c.started_at as start, c.stopped_at as stop, c.stop_cause as cause
    from log.held_alone k
    join log.hold h on h.id = k.hold and h.case_ref = ${caseRef} and h.ended_at is null,
    jsonb_populate_record(null::log.connection, k.connection) c
    where (${mac}::macaddr is null or c.mac = ${mac}::macaddr)
      and (${ip}::inet is null or ${ip}::inet in (c.ipv4, c.ipv6) or exists (
        select from jsonb_array_elements(k.former_addresses) f
        where (f->>'address')::inet = ${ip}::inet))
      and (${user}::text is null or c.account = ${user})
      and (${site}::text is null or c.site = ${site})
      and (${publicIp}::inet is null or c.public_ip = ${publicIp}::inet)
      and (${publicPort}::int is null or c.public_ports @> ${publicPort}::int)
      and (${from}::timestamptz is null or c.stopped_at is null or c.stopped_at >= ${from})
      and (${to}::timestamptz is null or c.started_at <= ${to})
    order by c.started_at, c.id`.cursor(PAGE_ROWS)
}
