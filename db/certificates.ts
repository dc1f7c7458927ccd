import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

export interface StoredCertificate {
  /** The certificate and what stands between it and the CA. */
  readonly chainPem: string
  readonly keyPem: string
  readonly caPem: string
}

/**
 * The certificate called `name`, made by `make` the first time, once in the whole fleet. Once it is there it is only
 * read: who writes announces a change, and who follows changes would ask again.
 */
export async function getOrCreateCertificate(
  database: Database,
  seal: Seal,
  name: string,
  make: () => Promise<StoredCertificate>,
): Promise<StoredCertificate> {
  const known = await database.kysely
    .selectFrom('staff.certificate')
    .select(['chain_pem', 'ca_pem', 'key_pem'])
    .where('name', '=', name)
    .executeTakeFirst()
  if (known !== undefined && known.key_pem !== '') return opened(known)

  return database.kysely.transaction().execute(async (transaction) => {
    const found = await transaction
      .insertInto('staff.certificate')
      .values({ name, chain_pem: '', ca_pem: '', key_pem: '' })
      // The second to come waits here for the first one's commit.
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ name }))
      .returning(['chain_pem', 'ca_pem', 'key_pem'])
      .executeTakeFirstOrThrow()
    if (found.key_pem !== '') return opened(found)
    const made = await make()
    await transaction
      .updateTable('staff.certificate')
      .set({
        chain_pem: made.chainPem,
        ca_pem: made.caPem,
        key_pem: seal.seal(made.keyPem, `certificate:${name}`),
      })
      .where('name', '=', name)
      .execute()
    return made
  })

  function opened(row: {
    readonly chain_pem: string
    readonly ca_pem: string
    readonly key_pem: string
  }): StoredCertificate {
    const keyPem = openSecret(seal, row.key_pem, `certificate:${name}`)
    return { chainPem: row.chain_pem, caPem: row.ca_pem, keyPem }
  }
}
