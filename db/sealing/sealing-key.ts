import { generateKeyPairSync } from 'node:crypto'
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
  const stored = await database.sql.begin(async (sql) => {
    // The second to come waits here for the first one's commit.
    await sql`lock table log.sealing_key in share row exclusive mode`
    const [found] = await sql<StoredKey[]>`
      select id, public_pem as "publicPem", private_pem as sealed
      from log.sealing_key order by made_at limit 1`
    if (found !== undefined) return found
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const id = keyIdOf(publicPem)
    const sealed = seal.seal(
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      contextOf(id),
    )
    await sql`
      insert into log.sealing_key (id, public_pem, private_pem)
      values (${id}, ${publicPem}, ${sealed})`
    return { id, publicPem, sealed }
  })
  const privatePem = openSecret(seal, stored.sealed, contextOf(stored.id))
  return { id: stored.id, publicPem: stored.publicPem, privatePem }
}

interface StoredKey {
  readonly id: string
  readonly publicPem: string
  readonly sealed: string
}

function contextOf(id: string): string {
  return `sealing-key:${id}`
}

/** The public keys that have signed, by their name. */
export async function loadPublicKeys(database: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await database.sql<{ id: string; publicPem: string }[]>`
    select id, public_pem as "publicPem" from log.sealing_key`
  return new Map(rows.map(({ id, publicPem }) => [id, publicPem]))
}
