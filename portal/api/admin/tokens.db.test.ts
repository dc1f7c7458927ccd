import { describe, expect, test } from 'vitest'
import { EVERYWHERE } from '#core/rights.ts'
import { asAdmin } from '#db/admin/as-admin.ts'
import { TOKEN_SCOPES, createApiToken } from '#db/api-tokens.ts'
import type { TokenScope } from '#db/api-tokens.ts'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

const PATH = '/api/v1/tokens'
const MONDAY = '2099-03-02T00:00:00Z'

/** A token of Paris that reads and makes tokens, until Monday. */
async function parisian({ database }: TwoAssociations): Promise<string> {
  const made = await createApiToken(
    database.as('operator'),
    {
      ...{ name: 'paris', actor: 'staff:ada', associations: ['75'], until: new Date(MONDAY) },
      scopes: ['rules.read', 'tokens.read', 'tokens.write'],
    },
    'cli:ada',
  )
  if (!made.ok) throw new Error(made.reason)
  return made.token
}

const WISH = { name: 'helper', scopes: ['rules.read'], associations: ['75'], until: MONDAY }

describe('a token of the API', () => {
  test('is made with another, shown once, kept as a hash, works, and is ended', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    const paris = await parisian(house)
    const made = await house.call(paris, `POST ${PATH}`, {
      body: WISH,
      headers: { 'Audit-Reason': 'the rota' },
    })
    const { name, scopes, associations } = WISH
    const shown = {
      ...{ name, scopes, associations, actor: 'staff:ada', createdBy: 'staff:ada' },
      ...{ madeWith: 'paris', createdAt: expect.any(String), endsAt: '2099-03-02T00:00:00.000Z' },
      ...{ usedAt: null, revokedAt: null, revokedBy: null },
    }
    const token = expect.stringMatching(/^accueil_[\w-]{43}$/)
    expect([made.status, made.body]).toEqual([201, { ...shown, token }])
    expect([made.headers.get('Location'), made.headers.get('Cache-Control')]).toEqual([
      `${PATH}/helper`,
      'no-store',
    ])
    const { token: secret } = made.body as { token: string }
    expect(await house.call(secret, 'GET /api/v1/rules')).toMatchObject({ status: 200 })
    expect(await house.call(secret, `GET ${PATH}`)).toMatchObject({ status: 403 })
    const read = await house.call(paris, `GET ${PATH}/helper`)
    expect(read.body).toEqual({ ...shown, usedAt: expect.any(String) })
    expect(await house.call(paris, `GET ${PATH}`)).toMatchObject({
      body: { rows: [{ name: 'helper' }, { name: 'paris', madeWith: null }], next: null },
    })
    expect((await house.call(paris, `DELETE ${PATH}/helper`)).status).toBe(204)
    expect((await house.call(paris, `DELETE ${PATH}/helper`)).status).toBe(404)
    expect(await house.call(secret, 'GET /api/v1/rules')).toMatchObject({ status: 401 })
    expect(await house.call(paris, `POST ${PATH}`, { body: WISH })).toMatchObject({ status: 409 })
    const lines = await sql`
      select actor, action, subject, reason, association from audit.entry
      where action like 'tokens.%' and actor = 'staff:ada' order by id`
    const line = { actor: 'staff:ada', subject: 'helper', association: '75' }
    expect([...lines]).toEqual([
      { ...line, action: 'tokens.create', reason: 'the rota' },
      { ...line, action: 'tokens.revoke', reason: null },
    ])
    const [kept] = await sql`
      select (select jsonb_agg(to_jsonb(t)) from house.api_token t)::text || coalesce(
             (select jsonb_agg(to_jsonb(e)) from audit.entry e)::text, '') as all`
    expect(String(kept?.['all'])).not.toContain(secret)
  })

  test('is not kept for a request that is sent again', async () => {
    await using house = await twoAssociations()
    const paris = await parisian(house)
    const send = () =>
      house.call(paris, `POST ${PATH}`, { body: WISH, headers: { 'Idempotency-Key': 'k' } })
    expect([(await send()).status, (await send()).status]).toEqual([422, 422])
    expect(await house.database.sql`select from house.answered_request`).toHaveLength(0)
    expect(await house.call(paris, `GET ${PATH}/helper`)).toMatchObject({ status: 404 })
  })

  test.each([
    ['another scope', { scopes: ['rules.read', 'rules.write'] }, 403],
    ['that of no right of a person', { scopes: ['scim'] }, 403],
    ['all associations', { associations: null }, 403],
    ['no end', { until: null }, 403],
    ['a later end', { until: '2099-03-02T00:00:00.001Z' }, 403],
    ['an association that it does not see', { associations: ['75', '69'] }, 422],
    ['an end that is over', { until: '2020-01-01T00:00:00Z' }, 422],
    ['another’s name in the audit', { actor: 'staff:eve' }, 400],
    ['what there is not', { scopes: ['all'] }, 400],
  ])('gives nothing that it has not: %s', async (_, more, status) => {
    await using house = await twoAssociations()
    const paris = await parisian(house)
    const refused = await house.call(paris, `POST ${PATH}`, { body: { ...WISH, ...more } })
    expect(refused).toMatchObject({ status })
    expect(await house.database.sql`select from house.api_token`).toHaveLength(2)
  })

  test('of the whole house gives all that it has, and what it gave outlives it', async () => {
    await using house = await twoAssociations()
    const national = await house.token('national-admin', null)
    const body = { name: 'all', scopes: ['sites.read', 'tokens.write'], associations: null }
    const made = await house.call(national, `POST ${PATH}`, { body })
    expect(made).toMatchObject({ status: 201, body: { associations: null, endsAt: null } })
    expect((await house.call(national, `DELETE ${PATH}/t1`)).status).toBe(204)
    const { token } = made.body as { token: string }
    expect(await house.call(token, 'GET /api/v1/sites')).toMatchObject({ status: 200 })
    expect((await house.call(token, `DELETE ${PATH}/lyon`)).status).toBe(204)
  })
})

describe('and without a look of the program’s', () => {
  const give = (
    { database }: TwoAssociations,
    maker: string,
    scopes: readonly TokenScope[],
    actor = 'staff:ada',
  ): Promise<unknown> =>
    asAdmin(database.as('portal'), { actor, reach: EVERYWHERE }, async (sql) => {
      const [row] = await sql<{ refusal: string | null }[]>`
        select house.give_api_token(${maker}, 'x', ${Buffer.alloc(32, 1)}, ${[...scopes]}, '{75}',
          ${new Date(MONDAY)}, null) as refusal`
      return row?.refusal
    })

  test('the database gives what the shown token has, to who shows it', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    await parisian(house)
    expect(await give(house, 'nobody', ['rules.read'])).toBe('not-yours')
    expect(await give(house, 'lyon', ['rules.read'], 'person:eve')).toBe('not-yours')
    expect(await give(house, 'paris', ['rules.read'], 'person:eve')).toBe('not-yours')
    expect(await give(house, 'paris', TOKEN_SCOPES)).toBe('more-than-yours')
    await sql`update house.api_token set revoked_at = now() where name = 'paris'`
    expect(await give(house, 'paris', ['rules.read'])).toBe('not-yours')
    await sql`update house.api_token set revoked_at = null, ends_at = now() where name = 'paris'`
    expect(await give(house, 'paris', ['rules.read'])).toBe('not-yours')
    await sql`update house.api_token set ends_at = ${MONDAY} where name = 'paris'`
    expect(await give(house, 'paris', ['rules.read'])).toBeNull()
  })

  test('it shows and ends those within reach', async () => {
    await using house = await twoAssociations()
    await parisian(house)
    const reach = { everywhere: false, associations: ['69'], sites: [] }
    const portal = house.database.as('portal')
    const seen = await asAdmin(portal, { actor: 'person:eve', reach }, async (sql) => {
      const rows = await sql<{ name: string }[]>`select name from house.api_token`
      const [paris] = await sql`select house.end_api_token('paris', null) as ended`
      const [lyon] = await sql`select house.end_api_token('lyon', null) as ended`
      return [rows.map(({ name }) => name), paris?.['ended'], lyon?.['ended']]
    })
    expect(seen).toEqual([['lyon'], false, true])
    await expect(
      asAdmin(
        portal,
        { actor: 'person:eve', reach },
        (sql) => sql`select sha256 from house.api_token`,
      ),
    ).rejects.toThrow('permission denied')
  })
})
