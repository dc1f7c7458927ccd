import { readFileSync } from 'node:fs'
import { partitionName } from '#db/partitions.ts'
import type { Year } from './load.ts'

/** From the Debian package freeradius-postgresql. */
const SCHEMA = '/etc/freeradius/3.0/mods-config/sql/main/postgresql/schema.sql'

export interface Size {
  readonly rows: number
  /** Bytes a row, of the table and of all its indexes. */
  readonly table: number
  readonly indexes: number
}

/** Bytes a row of a whole day that is closed. */
export function ourSize({ database, fullDay }: Year): Promise<Size> {
  return sizeOf(database.sql, `log.${partitionName('connection_row', fullDay)}`)
}

/**
 * The same sessions in FreeRADIUS's own table, as its own queries leave them after the Stop of what
 * hostapd sends, written once and its indexes built anew: it never is as small as that in service.
 */
export async function radacctSize({ database, fullDay }: Year): Promise<Size> {
  const { sql } = database
  await sql.begin(async (sql) => {
    await sql`create schema freeradius`
    await sql`set local search_path = freeradius`
    await sql.unsafe(readFileSync(SCHEMA, 'utf8'))
    await sql`
      insert into radacct (AcctSessionId, AcctUniqueId, UserName, NASIPAddress, NASPortType,
        AcctStartTime, AcctUpdateTime, AcctStopTime, AcctInterval, AcctSessionTime, AcctAuthentic,
        ConnectInfo_start, ConnectInfo_stop, AcctInputOctets, AcctOutputOctets, CalledStationId,
        CallingStationId, AcctTerminateCause, ServiceType, FramedProtocol, FramedIPAddress,
        FramedIPv6Address)
      select upper(right(replace(id::text, '-', ''), 16)), md5(id::text),
             coalesce(account, upper(replace(mac::text, ':', '-'))), public_ip, 'Wireless-802.11',
             date_trunc('second', started_at), date_trunc('second', stopped_at),
             date_trunc('second', stopped_at), 600, extract(epoch from stopped_at - started_at)::int,
             'RADIUS', 'CONNECT 54Mbps 802.11g', '', 1e6, 1e8, '02-00-00-00-00-01:guest',
             upper(replace(mac::text, ':', '-')), stop_cause, '', '', ipv4, ipv6
      from log.connection where day = ${fullDay} order by started_at`
  })
  await sql`vacuum freeradius.radacct`
  await sql`reindex table freeradius.radacct`
  const size = await sizeOf(sql, 'freeradius.radacct')
  await sql`drop schema freeradius cascade`
  return size
}

async function sizeOf(sql: Year['database']['sql'], table: string): Promise<Size> {
  const [size] = await sql<Size[]>`
    select count(*)::int as rows, pg_table_size(${table})::float8 / count(*) as table,
           pg_indexes_size(${table})::float8 / count(*) as indexes
    from ${sql(table)}`
  if (size === undefined) throw new Error(`${table} has no size`)
  return size
}

export function bytesARow({ table, indexes }: Size): number {
  return table + indexes
}
