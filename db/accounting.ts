import { AppError } from '#core/error.ts'
import { foldRecords, mayBelong } from './accounting-fold.ts'
import type { Packet } from './accounting-fold.ts'
import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'
import { closeRows } from './close-rows.ts'
import type { Database } from './connection.ts'
import { accountingSessionKey, portalSessionKey } from './session-key.ts'
import type { SessionState } from './session-state.ts'
import { LostRace, readSessions, saveSessions, writeSessions } from './sessions.ts'
import type { Sql } from './sessions.ts'

const ATTEMPTS = {
  /** Two processes meet on a session when a gateway changes server; they seldom go on meeting. */
  free: 3,
  /** Who lost that often waits for the others that did. */
  inTurn: 10,
} as const

/**
 * Writes the records and resolves after the commit. Records of a session may come in any order, late,
 * repeated or missing: the row is the same.
 */
export async function recordAccounting(
  database: Database,
  records: readonly AccountingRecord[],
): Promise<void> {
  if (records.length === 0) return
  const { sql } = database
  const packets = records.map((record) => ({
    key: accountingSessionKey(record.gateway, record.acctSessionId, record.mac),
    record,
  }))
  for (let attempt = 0; attempt < ATTEMPTS.free + ATTEMPTS.inTurn; attempt += 1) {
    try {
      if (attempt < ATTEMPTS.free) await mergeInto(sql, packets, saveSessions)
      else {
        await sql.begin(async (sql) => {
          await sql`select pg_advisory_xact_lock(hashtextextended('accounting in turn', 0))`
          await mergeInto(sql, packets, writeSessions)
        })
      }
      return
    } catch (thrown) {
      if (!(thrown instanceof LostRace)) throw thrown
    }
  }
  throw new AppError('accounting.race', 'the same sessions are written by others all the time')
}

async function mergeInto<S extends Sql>(
  sql: S,
  packets: readonly Packet[],
  write: (sql: S, known: readonly SessionState[], merged: readonly SessionState[]) => Promise<void>,
): Promise<void> {
  const [known, restarts] = await Promise.all([readKnown(sql, packets), readRestarts(sql, packets)])
  await write(sql, known, foldRecords(known, packets, restarts))
}

async function readKnown(sql: Sql, packets: readonly Packet[]): Promise<readonly SessionState[]> {
  const keys = [...new Set(packets.map(({ key }) => key))]
  const known = await readSessions(sql, keys)
  const there = new Set(known.map(({ key }) => key))
  const guests = new Map<string, Packet>()
  for (const packet of packets) {
    const { gateway, network, mac } = packet.record
    if (network !== 'guest' || mac === null || there.has(packet.key)) continue
    guests.set(portalSessionKey(gateway, mac), packet)
  }
  return guests.size === 0 ? known : [...known, ...(await takeOver(sql, guests))]
}

/** A connection known so far only from its acceptance becomes the session that is now accounted for. */
async function takeOver(
  sql: Sql,
  guests: ReadonlyMap<string, Packet>,
): Promise<readonly SessionState[]> {
  const opened = await readSessions(sql, [...guests.keys()])
  const taken: SessionState[] = []
  for (const portal of opened) {
    const packet = guests.get(portal.key)
    if (portal.stop !== null || packet === undefined || !mayBelong(portal, packet.record)) continue
    const { key } = packet
    const { count } = await sql`
      update log.session set key = ${key}, generation = 0, version = version + 1
      where key = ${portal.key} and generation = ${portal.generation}
        and version = ${portal.version} and not exists (select from log.session where key = ${key})`
    if (count > 0) taken.push({ ...portal, key, generation: 0, version: portal.version + 1 })
  }
  return taken
}

type Restarts = ReadonlyMap<string, readonly { readonly at: number; readonly cause: string }[]>

/** The restarts that came before what they ended. */
async function readRestarts(sql: Sql, packets: readonly Packet[]): Promise<Restarts> {
  const gateways = [...new Set(packets.map(({ record }) => record.gateway))]
  const earliest = Math.min(...packets.map(({ record }) => record.at.getTime()))
  const rows = await sql<{ gateway: string; at: Date; cause: string }[]>`
    select gateway, at, cause from log.gateway_restart
    where gateway = any(${gateways}) and at > ${new Date(earliest)}`
  return new Map(
    gateways.map((gateway) => [
      gateway,
      rows
        .filter((row) => row.gateway === gateway)
        .map(({ at, cause }) => ({ at: at.getTime(), cause })),
    ]),
  )
}

/**
 * Ends every session of that gateway, by its name, that was not heard of since; returns how many. The
 * restart is remembered for the packets from before it that come after it.
 */
export async function closeGatewaySessions(
  database: Database,
  { gateway, at, cause }: GatewayRestart,
): Promise<number> {
  return database.sql.begin(async (sql) => {
    await sql`
      insert into log.gateway_restart (gateway, at, cause) values (${gateway}, ${at}, ${cause})
      on conflict (gateway, at) do nothing`
    const ended = await sql<{ day: string; id: string; at: Date }[]>`
      update log.session set
        stopped_at = ${at}, stop_cause = ${cause}, stop_by = 'restart', nas_stopped_at = null,
        version = version + 1
      where (key, generation) in (
        select key, generation from log.session
        where gateway = ${gateway} and last_at <= ${at}
          and (stopped_at is null or (stop_by = 'restart' and stopped_at > ${at}))
        order by key, generation for update)
      returning day::text, id, greatest(stopped_at, started_at) as at`
    await closeRows(sql, ended, cause)
    return ended.length
  })
}
