import type postgres from 'postgres'
import type { Problem } from '#core/role.ts'

/** A process of the fleet, as it told of itself last. */
export interface FleetProcess {
  readonly id: string
  readonly host: string
  readonly roles: readonly string[]
  readonly version: string
  readonly startedAt: Date
  readonly seenAt: Date
  /** True: it has not told of itself for so long that it is gone, or cannot reach the database. */
  readonly silent: boolean
  readonly problems: readonly Problem[]
  readonly spooled: number
}

export interface DatabaseHealth {
  readonly bytes: number
  /** Events that are acknowledged and not in the log yet. */
  readonly waiting: number
  /** Seconds that the oldest of them waits; null: none does. */
  readonly lagSeconds: number | null
  readonly quarantined: number
  /** Of the log, in UTC. */
  readonly firstDay: string | null
  readonly lastDay: string | null
  /** False: packets of tomorrow would find no day to go to. */
  readonly hasTomorrow: boolean
}

/** Each tells of itself twice a minute. */
const SILENT = '2 minutes'

export async function listProcesses(
  sql: postgres.TransactionSql,
): Promise<readonly FleetProcess[]> {
  return sql<FleetProcess[]>`
    select id, host, roles, version, started_at as "startedAt", seen_at as "seenAt",
           seen_at < now() - ${SILENT}::interval as silent, problems, spooled::float8 as spooled
    from house.process order by host, roles, started_at limit 500`
}

/** Null where the transaction does not reach the whole house. */
export async function databaseHealth(sql: postgres.TransactionSql): Promise<DatabaseHealth | null> {
  const [row] = await sql<DatabaseHealth[]>`
    select bytes::float8 as bytes, waiting::float8 as waiting, quarantined::float8 as quarantined,
           extract(epoch from now() - oldest_at)::float8 as "lagSeconds",
           first_day::text as "firstDay", last_day::text as "lastDay",
           coalesce(last_day > (now() at time zone 'UTC')::date, false) as "hasTomorrow"
    from house.database_health()`
  return row ?? null
}
