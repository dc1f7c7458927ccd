import type postgres from 'postgres'
import { arrayColumns } from './array-columns.ts'
import { trailOf } from './session-rows.ts'
import type { WrittenState } from './session-state.ts'

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
  states: readonly WrittenState[],
): Promise<number> {
  const c = arrayColumns(COLUMNS)
  for (const state of states) {
    const { stop } = state
    c.key.add(state.key)
    c.generation.add(state.generation)
    c.version.add(state.version)
    c.day.add(state.day)
    c.id.add(state.id)
    c.gateway.addText(state.gateway)
    c.site.addText(state.site)
    c.network.add(state.network)
    c.mac.add(state.mac)
    c.account.addText(state.account)
    c.account_at.add(state.accountAt)
    c.started_at.add(state.startedAt)
    c.start_rank.add(state.startRank)
    c.nas_started_at.add(state.nasStartedAt)
    c.last_at.add(state.lastAt)
    c.stopped_at.add(stop?.at)
    c.stop_cause.addText(stop?.cause)
    c.stop_by.add(stop?.by)
    c.nas_stopped_at.add(stop?.nasAt)
    c.accounted.add(state.accounted)
    c.grant_until.add(state.grantUntil)
    c.interval_seconds.add(state.intervalSeconds)
    c.seconds.add(state.seconds)
    c.octets_in.add(state.octetsIn.total)
    c.octets_out.add(state.octetsOut.total)
    c.trail.addText(trailOf(state))
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
      ${c.key.toString()}::text::uuid[], ${c.generation.toString()}::text::smallint[],
      ${c.version.toString()}::text::integer[], ${c.day.toString()}::text::date[], ${c.id.toString()}::text::uuid[],
      ${c.gateway.toString()}::text::text[], ${c.site.toString()}::text::text[],
      ${c.network.toString()}::text::text[], ${c.mac.toString()}::text::macaddr[],
      ${c.account.toString()}::text::text[], ${c.account_at.toString()}::text::float8[],
      ${c.started_at.toString()}::text::float8[], ${c.start_rank.toString()}::text::smallint[],
      ${c.nas_started_at.toString()}::text::float8[], ${c.last_at.toString()}::text::float8[],
      ${c.stopped_at.toString()}::text::float8[], ${c.stop_cause.toString()}::text::text[],
      ${c.stop_by.toString()}::text::text[], ${c.nas_stopped_at.toString()}::text::float8[],
      ${c.accounted.toString()}::text::boolean[], ${c.grant_until.toString()}::text::float8[],
      ${c.interval_seconds.toString()}::text::integer[], ${c.seconds.toString()}::text::bigint[],
      ${c.octets_in.toString()}::text::numeric[], ${c.octets_out.toString()}::text::numeric[],
      ${c.trail.toString()}::text::text[]
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
