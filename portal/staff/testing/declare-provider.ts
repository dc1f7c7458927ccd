import type { Database } from '#db/connection.ts'
import { testSeal } from '../../../test/support/house.ts'
import { OPENID_CLIENT } from '../../../test/support/peers/openid-provider.ts'

/** As `apply` would: people sign in at this issuer by `/staff/oidc/NAME`. */
export async function declareProvider(
  { kysely }: Database,
  name: string,
  issuer: string,
): Promise<void> {
  await kysely
    .insertInto('staff.sign_in_provider')
    .values({
      ...{ name, label: `Compte ${name}`, issuer, client_id: OPENID_CLIENT.id, position: 0 },
      client_secret: testSeal.seal(OPENID_CLIENT.secret, `sign-in:${name}`),
      scopes: ['openid', 'profile', 'email', 'groups'],
      ...{ account_claim: 'preferred_username', name_claim: 'name' },
      ...{ mail_claim: 'email', groups_claim: 'groups' },
    })
    .execute()
}
