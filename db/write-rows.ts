import type postgres from 'postgres'
import { AppError } from '#core/error.ts'
import { writeNames } from './log-names.ts'
import type { LogNames } from './log-names.ts'

/**
 * Writes sessions, and their rows of the log where `legal` says that something changed in them; returns
 * how many sessions were still as they had been read.
 */
export async function writeRows(
  sql: postgres.TransactionSql,
  rows: readonly object[],
): Promise<number> {
  const json = JSON.stringify(rows)
  const first = await writeKnown(sql, json)
  if (first.missing === null) return first.written
  // A place, an account, a cause of which the log has not heard: nearly never.
  await writeNames(sql, first.missing)
  const second = await writeKnown(sql, json)
  if (second.missing === null) return second.written
  throw new AppError('log.names', 'names were written to the log and are not there')
}

interface Outcome {
  readonly written: number
  /** Then nothing was written. */
  readonly missing: readonly LogNames[] | null
}

async function writeKnown(sql: postgres.TransactionSql, rows: string): Promise<Outcome> {
  const [outcome] = await sql<Outcome[]>`
    with packet as materialized (
      select * from json_to_recordset(${rows}::text::json) as p(
        key uuid, generation smallint, version integer, day date, id uuid, gateway text, site text,
        network text, mac macaddr, account text, account_at float8, started_at float8,
        start_rank smallint, nas_started_at float8, last_at float8, stopped_at float8,
        stop_cause text, stop_by text, nas_stopped_at float8, accounted boolean,
        grant_until float8, interval_seconds integer, seconds bigint, octets_in numeric,
        octets_out numeric, trail jsonb, legal json)
    ), legal as materialized (
      select p.key, p.generation, p.day, p.id, p.site, p.gateway, p.network, p.mac, l.*, r.*,
             o.id as origin, a.id as account_id, c.id as cause_id, t.id as terms_id, b.id as basis_id
      from packet p
      cross join lateral json_to_record(p.legal) as l(
        account text, ipv4 inet, ipv4_at float8, ipv6 inet, ipv6_at float8, started_at float8,
        nas_started_at float8, stopped_at float8, nas_stopped_at float8, stop_cause text)
      cross join lateral (
        select
          (select b.id from house.legal_basis b
           where coalesce(b.network, p.network) = p.network
             and (to_timestamp(l.started_at / 1000) at time zone 'UTC')::date
                 between b.starts_on and coalesce(b.ends_on, 'infinity')) as basis,
          case when p.network = 'guest' then
            (select a.terms_version from guest.access a where a.mac = p.mac) end as terms,
          greatest(abs(l.stopped_at - l.started_at), abs(l.nas_started_at - l.started_at),
                   abs(l.nas_stopped_at - l.started_at), abs(l.ipv4_at - l.started_at),
                   abs(l.ipv6_at - l.started_at)) > 2147483647 as is_far) r
      left join log.origin o on (o.site, o.gateway, o.network) = (p.site, p.gateway, p.network)
      left join log.account a on a.name = l.account and a.leaving_at is null
      left join log.cause c on c.name = l.stop_cause
      left join log.terms t on t.name = r.terms
      left join log.basis b on b.name = r.basis
      where p.legal is not null
    ), missing as materialized (
      select json_agg(json_build_object(
        'site', site, 'gateway', gateway, 'network', network, 'account', account,
        'cause', stop_cause, 'terms', terms, 'basis', basis)) as names
      from legal
      where origin is null or (account is not null and account_id is null)
         or (stop_cause is not null and cause_id is null)
         or (terms is not null and terms_id is null) or (basis is not null and basis_id is null)
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
      where (select names is null from missing)
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
      insert into log.connection_row as c
        (day, id_head, id_tail, origin, mac, account, ipv4, ipv6, started_at, cause, basis, terms,
         stopped_ms, nas_started_ms, nas_stopped_ms, ipv4_ms, ipv6_ms, far)
      select l.day, log.id_head(l.id), log.id_tail(l.id), l.origin, l.mac, l.account_id, l.ipv4,
             l.ipv6, to_timestamp(l.started_at / 1000), l.cause_id, l.basis_id, l.terms_id,
             case when l.is_far is not true then l.stopped_at - l.started_at end,
             case when l.is_far is not true then l.nas_started_at - l.started_at end,
             case when l.is_far is not true then l.nas_stopped_at - l.started_at end,
             case when l.is_far is not true then l.ipv4_at - l.started_at end,
             case when l.is_far is not true then l.ipv6_at - l.started_at end,
             case when l.is_far then array[
               to_timestamp(l.stopped_at / 1000), to_timestamp(l.nas_started_at / 1000),
               to_timestamp(l.nas_stopped_at / 1000), to_timestamp(l.ipv4_at / 1000),
               to_timestamp(l.ipv6_at / 1000)] end
      from live join legal l using (key, generation)
      on conflict (day, id_tail) do update set
        account = excluded.account,
        ipv4 = excluded.ipv4,
        ipv6 = excluded.ipv6,
        started_at = excluded.started_at,
        cause = excluded.cause,
        basis = coalesce(excluded.basis, c.basis),
        terms = coalesce(c.terms, excluded.terms),
        stopped_ms = excluded.stopped_ms,
        nas_started_ms = excluded.nas_started_ms,
        nas_stopped_ms = excluded.nas_stopped_ms,
        ipv4_ms = excluded.ipv4_ms,
        ipv6_ms = excluded.ipv6_ms,
        far = excluded.far
    )
    select (select count(*)::int from live) as written, (select names from missing) as missing`
  if (outcome === undefined) throw new Error('a statement without a result')
  return outcome
}
