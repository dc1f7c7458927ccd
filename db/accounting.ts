import type postgres from 'postgres'
import { foldRecords, mayBelong } from './accounting-fold.ts'
import type { Packet } from './accounting-fold.ts'
import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'
import { closeRows } from './close-rows.ts'
import { portalSessionKey } from './session-key.ts'
import type { SessionMemory } from './session-memory.ts'
import type { SessionState } from './session-state.ts'
import { readSessions, writeSessions } from './sessions.ts'
import type { Sql } from './sessions.ts'

/**
 * Merges the records into the log. Records of a session may come in any order, late, repeated or
 * missing: the row is the same. Throws LostRace when another writer was at the same sessions: then the
 * transaction must be rolled back and tried again.
 */
export async function mergeRecords(
  sql: postgres.TransactionSql,
  records: readonly AccountingRecord[],
  memory: SessionMemory,
): Promise<void> {
  if (records.length === 0) return
  const packets = records.map((record) => ({ key: record.sessionKey, record }))
  const [known, restarts] = await Promise.all([
    readKnown(sql, packets, memory),
    readRestarts(sql, packets),
  ])
  const merged = foldRecords(known, packets, restarts)
  memory.keep(await writeSessions(sql, known, merged), known)
}

async function readKnown(
  sql: postgres.TransactionSql,
  packets: readonly Packet[],
  memory: SessionMemory,
): Promise<readonly SessionState[]> {
  const known: SessionState[] = []
  const wanted = new Map<string, Packet>()
  for (const packet of packets) wanted.set(packet.key, packet)
  const unknown: string[] = []
  for (const key of wanted.keys()) {
    const remembered = memory.get(key)
    if (remembered === undefined) unknown.push(key)
    else known.push(...remembered)
  }
  if (unknown.length === 0) return known
  const read = await readSessions(sql, unknown)
  known.push(...read)
  const there = new Set(read.map(({ key }) => key))
  const guests = new Map<string, Packet>()
  for (const key of unknown) {
    const packet = wanted.get(key)
    if (packet === undefined || there.has(key)) continue
    const { gateway, network, mac } = packet.record
    if (network === 'guest' && mac !== null) guests.set(portalSessionKey(gateway, mac), packet)
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
 * Ends every session of that gateway, by its name, that was not heard of since. The restart is
 * remembered for the packets from before it that come after it.
 */
export async function closeGatewaySessions(
  sql: postgres.TransactionSql,
  { gateway, at, cause }: GatewayRestart,
  memory: SessionMemory,
): Promise<void> {
  await sql`
    insert into log.gateway_restart (gateway, at, cause) values (${gateway}, ${at}, ${cause})
    on conflict (gateway, at) do nothing`
  const ended = await sql<{ key: string; day: string; id: string; at: Date }[]>`
    update log.session set
      stopped_at = ${at}, stop_cause = ${cause}, stop_by = 'restart', nas_stopped_at = null,
      version = version + 1
    where (key, generation) in (
      select key, generation from log.session
      where gateway = ${gateway} and last_at <= ${at}
        and (stopped_at is null or (stop_by = 'restart' and stopped_at > ${at}))
      order by key, generation for update)
    returning key, day::text, id, greatest(stopped_at, started_at) as at`
  for (const { key } of ended) memory.forget(key)
  await closeRows(sql, ended, cause)
}
