import type postgres from 'postgres'
import { ArrayColumns } from './array-columns.ts'
import { trailOf } from './session-rows.ts'
import type { SessionState } from './session-state.ts'

const COLUMNS = [
  'key',
  'generation',
  'version',
  'day',
  'id',
  'gateway',
  'site',
  'network',
  'mac',
  'account',
  'account_at',
  'started_at',
  'start_rank',
  'nas_started_at',
  'last_at',
  'stopped_at',
  'stop_cause',
  'stop_by',
  'nas_stopped_at',
  'accounted',
  'grant_until',
  'interval_seconds',
  'seconds',
  'octets_in',
  'octets_out',
  'trail',
] as const

/**
 * Writes sessions as `states` have them, each with the version that it then has; returns how many were
 * still as they had been read. Times go as milliseconds.
 */
export async function writeSessionRows(
  sql: postgres.TransactionSql,
  states: readonly (SessionState & { readonly day: string })[],
): Promise<number> {
  const c = new ArrayColumns(COLUMNS, ['gateway', 'site', 'account', 'stop_cause', 'trail'])
  for (const state of states) {
    const { stop } = state
    c.add({
      key: state.key,
      generation: state.generation,
      version: state.version,
      day: state.day,
      id: state.id,
      gateway: state.gateway,
      site: state.site,
      network: state.network,
      mac: state.mac,
      account: state.account,
      account_at: state.accountAt,
      started_at: state.startedAt,
      start_rank: state.startRank,
      nas_started_at: state.nasStartedAt,
      last_at: state.lastAt,
      stopped_at: stop?.at,
      stop_cause: stop?.cause,
      stop_by: stop?.by,
      nas_stopped_at: stop?.nasAt,
      accounted: state.accounted,
      grant_until: state.grantUntil,
      interval_seconds: state.intervalSeconds,
      seconds: state.seconds,
      octets_in: state.octetsIn.total,
      octets_out: state.octetsOut.total,
      trail: trailOf(state),
    })
  }
  const { count } = await sql`
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
    from unnest(
      ${c.of('key')}::text::uuid[], ${c.of('generation')}::text::smallint[],
      ${c.of('version')}::text::integer[], ${c.of('day')}::text::date[], ${c.of('id')}::text::uuid[],
      ${c.of('gateway')}::text::text[], ${c.of('site')}::text::text[],
      ${c.of('network')}::text::text[], ${c.of('mac')}::text::macaddr[],
      ${c.of('account')}::text::text[], ${c.of('account_at')}::text::float8[],
      ${c.of('started_at')}::text::float8[], ${c.of('start_rank')}::text::smallint[],
      ${c.of('nas_started_at')}::text::float8[], ${c.of('last_at')}::text::float8[],
      ${c.of('stopped_at')}::text::float8[], ${c.of('stop_cause')}::text::text[],
      ${c.of('stop_by')}::text::text[], ${c.of('nas_stopped_at')}::text::float8[],
      ${c.of('accounted')}::text::boolean[], ${c.of('grant_until')}::text::float8[],
      ${c.of('interval_seconds')}::text::integer[], ${c.of('seconds')}::text::bigint[],
      ${c.of('octets_in')}::text::numeric[], ${c.of('octets_out')}::text::numeric[],
      ${c.of('trail')}::text::text[]
    ) as p(
      key, generation, version, day, id, gateway, site, network, mac, account, account_at,
      started_at, start_rank, nas_started_at, last_at, stopped_at, stop_cause, stop_by,
      nas_stopped_at, accounted, grant_until, interval_seconds, seconds, octets_in, octets_out,
      trail)
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
    where s.version = excluded.version - 1`
  return count
}
