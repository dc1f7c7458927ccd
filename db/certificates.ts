import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

export interface StoredCertificate {
  /** The certificate and what stands between it and the CA. */
  readonly chainPem: string
  readonly keyPem: string
  readonly caPem: string
}

/** The certificate called `name`, made by `make` the first time, once in the whole fleet. */
export async function getOrCreateCertificate(
  database: Database,
  seal: Seal,
  name: string,
  make: () => Promise<StoredCertificate>,
): Promise<StoredCertificate> {
  return database.kysely.transaction().execute(async (transaction) => {
    const found = await transaction
      .insertInto('staff.certificate')
      .values({ name, chain_pem: '', ca_pem: '', key_pem: '' })
      // The second to come waits here for the first one's commit.
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ name }))
      .returning(['chain_pem', 'ca_pem', 'key_pem'])
      .executeTakeFirstOrThrow()
    if (found.key_pem !== '') {
      const keyPem = openSecret(seal, found.key_pem, `certificate:${name}`)
      return { chainPem: found.chain_pem, caPem: found.ca_pem, keyPem }
    }
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
}
