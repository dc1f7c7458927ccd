import type postgres from 'postgres'
import { foldRecord, mayBelong } from './accounting-fold.ts'
import type { Restart } from './accounting-fold.ts'
import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'
import { closeRows } from './close-rows.ts'
import { changesOf, keySessions } from './key-sessions.ts'
import type { KeySessions } from './key-sessions.ts'
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
  const batch = new Map<string, KeySessions>()
  /** Of the keys that are not remembered, with their last record. */
  const unknown = new Map<string, AccountingRecord>()
  for (const record of records) {
    const key = record.sessionKey
    if (unknown.has(key)) unknown.set(key, record)
    if (batch.has(key)) continue
    const remembered = memory.get(key)
    if (remembered === undefined) unknown.set(key, record)
    batch.set(key, keySessions(key, remembered ?? []))
  }
  const [read, restarts] = await Promise.all([
    readUnknown(sql, unknown),
    readRestarts(sql, records),
  ])
  for (const [key, states] of Map.groupBy(read, (state) => state.key)) {
    batch.set(key, keySessions(key, states))
  }
  for (const record of records) {
    const sessions = batch.get(record.sessionKey)
    if (sessions !== undefined) foldRecord(sessions, record, restarts.get(record.gateway) ?? NONE)
  }
  await writeSessions(sql, changesOf(batch.values()))
  for (const { key, now } of batch.values()) memory.keep(key, now)
}

const NONE: readonly Restart[] = []

async function readUnknown(
  sql: postgres.TransactionSql,
  unknown: ReadonlyMap<string, AccountingRecord>,
): Promise<readonly SessionState[]> {
  if (unknown.size === 0) return []
  const read = await readSessions(sql, [...unknown.keys()])
  const there = new Set(read.map(({ key }) => key))
  const guests = new Map<string, AccountingRecord>()
  for (const [key, record] of unknown) {
    const { gateway, network, mac } = record
    if (there.has(key) || network !== 'guest' || mac === null) continue
    guests.set(portalSessionKey(gateway, mac), record)
  }
  return guests.size === 0 ? read : [...read, ...(await takeOver(sql, guests))]
}

/** A connection known so far only from its acceptance becomes the session that is now accounted for. */
async function takeOver(
  sql: Sql,
  guests: ReadonlyMap<string, AccountingRecord>,
): Promise<readonly SessionState[]> {
  const opened = await readSessions(sql, [...guests.keys()])
  const taken: SessionState[] = []
  for (const portal of opened) {
    const record = guests.get(portal.key)
    if (portal.stop !== null || record === undefined || !mayBelong(portal, record)) continue
    const key = record.sessionKey
    const { count } = await sql`
      update log.session set key = ${key}, generation = 0, version = version + 1
      where key = ${portal.key} and generation = ${portal.generation}
        and version = ${portal.version} and not exists (select from log.session where key = ${key})`
    if (count > 0) taken.push({ ...portal, key, generation: 0, version: portal.version + 1 })
  }
  return taken
}

/** The restarts that came before what they ended, of each gateway that had one. */
async function readRestarts(
  sql: Sql,
  records: readonly AccountingRecord[],
): Promise<ReadonlyMap<string, readonly Restart[]>> {
  const gateways = [...new Set(records.map(({ gateway }) => gateway))]
  let earliest = Infinity
  for (const { at } of records) earliest = Math.min(earliest, at.getTime())
  const rows = await sql<{ gateway: string; at: Date; cause: string }[]>`
    select gateway, at, cause from log.gateway_restart
    where gateway = any(${gateways}) and at > ${new Date(earliest)}`
  return Map.groupBy(
    rows.map(({ gateway, at, cause }) => ({ gateway, at: at.getTime(), cause })),
    ({ gateway }) => gateway,
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
