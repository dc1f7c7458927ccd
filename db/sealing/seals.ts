import type postgres from 'postgres'
import type { DaySeal } from './day-seal.ts'

export interface StoredSeal extends DaySeal {
  readonly droppedAt: Date | null
}

interface SealRow {
  readonly day: string
  readonly connections: string
  readonly formerAddresses: string
  readonly amendments: string
  readonly digest: string
  readonly leaves: string
  readonly previous: string
  readonly keyId: string
  readonly sealedAt: Date
  readonly signature: string
  readonly droppedAt: Date | null
}

/** How far the sealing of the log has come. */
export interface SealingState {
  readonly days: number
  /** `2026-11-26`; null: none is sealed yet. */
  readonly lastDay: string | null
  readonly sealedAt: Date | null
  readonly keyId: string | null
}

export async function sealingState(sql: postgres.ISql): Promise<SealingState> {
  const [state] = await sql<SealingState[]>`
    select count(*)::int as days, max(day)::text as "lastDay", max(sealed_at) as "sealedAt",
           (select id from log.sealing_key where retired_at is null) as "keyId"
    from log.seal`
  return state ?? { days: 0, lastDay: null, sealedAt: null, keyId: null }
}

/** The chain, oldest day first: a year of it and more is a few hundred short rows. */
export async function loadSeals(sql: postgres.ISql): Promise<readonly StoredSeal[]> {
  const rows = await sql<SealRow[]>`
    select day::text as day, connections, former_addresses as "formerAddresses", amendments,
           encode(digest, 'hex') as digest, encode(leaves, 'hex') as leaves,
           encode(previous, 'hex') as previous, key_id as "keyId", sealed_at as "sealedAt",
           translate(encode(signature, 'base64'), E'\n', '') as signature,
           dropped_at as "droppedAt"
    from log.seal order by day`
  return rows.map((row) => ({
    ...row,
    connections: Number(row.connections),
    formerAddresses: Number(row.formerAddresses),
    amendments: Number(row.amendments),
  }))
}

export async function insertSeal(sql: postgres.ISql, seal: DaySeal): Promise<void> {
  await sql`
    insert into log.seal (day, connections, former_addresses, amendments, digest, leaves, previous,
                          key_id, sealed_at, signature)
    values (${seal.day}, ${seal.connections}, ${seal.formerAddresses}, ${seal.amendments},
            decode(${seal.digest}, 'hex'), decode(${seal.leaves}, 'hex'),
            decode(${seal.previous}, 'hex'), ${seal.keyId}, ${seal.sealedAt},
            decode(${seal.signature}, 'base64'))`
}
