import type { Seal } from '#core/seal.ts'
import { createSeal } from '#core/seal.ts'
import { hashPassword } from '#core/password.ts'
import type { Database } from '#db/connection.ts'
import { packListText } from '#db/lists.ts'
import { textDigest } from '#db/terms.ts'

export const testSeal: Seal = createSeal(new Uint8Array(32).fill(7))

const QUICK = { memory: 64, passes: 1, parallelism: 1 }
const TERMS = {
  fr: '# Conditions\n\nSoyez les bienvenus.',
  en: '# Terms\n\nYou are welcome.',
}

/** The house of the contract's example, written straight into the tables. */
export async function seedHouse(database: Database, seal: Seal = testSeal): Promise<void> {
  const { kysely } = database
  await kysely
    .insertInto('house.organisation')
    .values({ name: 'Les Restos', contact: 'wifi@example.org', colour: '#c8105a' })
    .execute()
  await kysely.insertInto('house.association').values({ code: '75', name: 'Paris' }).execute()
  await kysely
    .insertInto('house.site')
    .values({ code: '75-0042', name: 'Centre Nation', association: '75', timezone: 'Europe/Paris' })
    .execute()
  const network = { site: '75-0042', grant_seconds: 30 * 86_400 }
  await kysely
    .insertInto('house.network')
    .values([
      { ...network, kind: 'guest', vlan: null, subnets: ['192.168.77.0/24'] },
      { ...network, kind: 'staff', vlan: 20, subnets: ['192.168.78.0/24'] },
    ])
    .execute()
  await kysely
    .insertInto('house.gateway')
    .values({
      name: 'gw-0042',
      site: '75-0042',
      address: '127.0.0.1/32',
      secret: seal.seal('testing123', 'gateway:gw-0042'),
      kind: 'generic',
    })
    .execute()
  await declareTerms(database, '2026-01', '2026-01-01')
  const list = Buffer.from('bad.example\n')
  await kysely
    .insertInto('house.list')
    .values({
      name: 'adult',
      category: 'adult',
      blocks: ['guest', 'staff'],
      sha256: textDigest(list.toString()),
      content: packListText(list),
    })
    .execute()
  await kysely
    .insertInto('staff.account')
    .values({
      username: 'bob',
      password_hash: await hashPassword('hello', QUICK),
      groups: ['staff'],
    })
    .execute()
}

/** A version of the terms; its texts differ from those of every other one. */
export async function declareTerms(
  { kysely }: Pick<Database, 'kysely'>,
  version: string,
  effective: string,
): Promise<void> {
  // In one transaction: a version in force takes no text later.
  await kysely.transaction().execute(async (transaction) => {
    await transaction.insertInto('house.terms').values({ version, effective }).execute()
    for (const [language, text] of Object.entries(TERMS)) {
      const markdown = version === '2026-01' ? text : `${text} (${version})`
      await transaction
        .insertInto('house.terms_text')
        .values({ version, language, markdown, sha256: textDigest(markdown) })
        .execute()
    }
  })
}
