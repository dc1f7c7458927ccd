import { generateKeyPairSync } from 'node:crypto'
import type postgres from 'postgres'
import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '../connection.ts'
import { openSecret } from '../gateways.ts'
import { keyIdOf } from './day-seal.ts'

/** The key that signs seals and packs. */
export interface SealingKey {
  readonly id: string
  readonly publicPem: string
  readonly privatePem: string
}

/** The organisation's signing key, made the first time, once in the whole fleet. */
export async function getOrCreateSealingKey(database: Database, seal: Seal): Promise<SealingKey> {
  await database.sql.begin(async (sql) => {
    // The second to come waits here for the first one's commit.
    await sql`select pg_advisory_xact_lock(hashtextextended('sealing key', 0))`
    if ((await keyInForce(sql)) === null) await insertSealingKey(sql, seal, makeSealingKey())
  })
  return loadSealingKey(database.sql, seal)
}

/** The key in force. Throws when there is none, or when the master key is another one. */
export async function loadSealingKey(sql: postgres.ISql, seal: Seal): Promise<SealingKey> {
  const stored = await keyInForce(sql)
  if (stored === null) throw new AppError('sealing-key', 'there is no signing key yet')
  const { id, publicPem, sealed } = stored
  return { id, publicPem, privatePem: openSecret(seal, sealed, contextOf(id)) }
}

export function makeSealingKey(): SealingKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { id: keyIdOf(publicPem), publicPem, privatePem }
}

export async function insertSealingKey(
  sql: postgres.ISql,
  seal: Seal,
  { id, publicPem, privatePem }: SealingKey,
): Promise<void> {
  await sql`
    insert into log.sealing_key (id, public_pem, private_pem)
    values (${id}, ${publicPem}, ${seal.seal(privatePem, contextOf(id))})`
}

interface StoredKey {
  readonly id: string
  readonly publicPem: string
  readonly sealed: string
}

/** Without its private half, which may be sealed under a master key that is lost. */
export async function keyInForce(sql: postgres.ISql): Promise<StoredKey | null> {
  const [found] = await sql<StoredKey[]>`
    select id, public_pem as "publicPem", private_pem as sealed
    from log.sealing_key where retired_at is null`
  return found ?? null
}

function contextOf(id: string): string {
  return `sealing-key:${id}`
}

/** The public keys that have signed, by their name. */
export async function loadPublicKeys(sql: postgres.ISql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ id: string; publicPem: string }[]>`
    select id, public_pem as "publicPem" from log.sealing_key`
  return new Map(rows.map(({ id, publicPem }) => [id, publicPem]))
}
