import { describe, expect, test } from 'vitest'
import { createApiToken } from '#db/api-tokens.ts'
import { openSession } from '#db/staff-sessions.ts'
import { createPersonTable } from '#db/person-table.ts'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'

interface Answer {
  readonly status: number
  readonly type: string | null
  // What a JSON document may be, to be compared.
  readonly body: Readonly<Record<string, unknown>>
}

type Ask = (method: string, path: string, body?: object | string) => Promise<Answer>

async function withProvider(
  run: (ask: Ask, database: TestDatabase, url: string) => Promise<void>,
): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const wish = { name: 'idp', actor: 'provider:idp', associations: null, until: null }
  const made = await createApiToken(database, { ...wish, scopes: ['scim'] }, 'cli:ada')
  if (!made.ok) throw new Error(made.reason)
  const url = await portalAddress()
  await using _portal = await startStaffPortal(database.as('portal'), url)
  await run((method, path, body) => send(url + path, method, made.token, body), database, url)
}

async function send(
  url: string,
  method: string,
  token: string,
  body?: object | string,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('Content-Type'),
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  }
}

const HELENE = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'Helene',
  externalId: 'e-1',
  name: { givenName: 'Hélène', familyName: 'Martin' },
  emails: [{ value: 'helene@example.org', primary: true }],
  title: 'what we do not keep',
}

const patch = (...operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
})

async function signedIn(database: TestDatabase): Promise<void> {
  await openSession(database.as('portal'), {
    person: {
      ...{ issuer: 'https://sso.example.org', subject: 'h-1', account: 'helene' },
      ...{ name: 'Hélène', mail: null, groups: [], how: 'oidc', secondFactor: false },
    },
    ...{ browser: '', at: new Date(), replaces: null },
    provider: { name: 'restos', session: null, idToken: null },
  })
}

const count = async ({ sql }: TestDatabase, what: string): Promise<number> => {
  const [row] = await sql<{ count: string }[]>`select count(*) from ${sql(what)}`
  return Number(row?.count)
}

describe('an identity provider', () => {
  test('tells of somebody, reads them, changes them and finds them', async () => {
    await withProvider(async (ask, _, url) => {
      const made = await ask('POST', '/scim/v2/Users', HELENE)
      expect(made.status).toBe(201)
      expect(made.type).toBe('application/scim+json')
      const id = String(made.body['id'])
      expect(made.body).toMatchObject({
        userName: 'helene',
        externalId: 'e-1',
        displayName: 'Hélène Martin',
        emails: [{ value: 'helene@example.org', primary: true }],
        active: true,
        meta: { resourceType: 'User', location: `${url}/scim/v2/Users/${id}` },
      })
      expect(made.body).not.toHaveProperty('title')
      expect((await ask('GET', `/scim/v2/Users/${id}`)).body).toEqual(made.body)

      for (const filter of ['userName eq "HELENE"', 'externalId eq "e-1"', `id eq "${id}"`]) {
        const found = await ask('GET', `/scim/v2/Users?filter=${encodeURIComponent(filter)}`)
        expect(found.body).toMatchObject({ totalResults: 1, itemsPerPage: 1, startIndex: 1 })
      }
      const nobody = await ask('GET', '/scim/v2/Users?filter=userName%20eq%20%22x%22')
      expect(nobody.body).toMatchObject({ totalResults: 0, Resources: [] })

      const put = await ask('PUT', `/scim/v2/Users/${id}`, { ...HELENE, userName: 'hmartin' })
      expect(put.body).toMatchObject({ userName: 'hmartin', active: true })
    })
  })

  test('pages through a list', async () => {
    await withProvider(async (ask) => {
      for (let i = 1; i <= 5; i += 1) await ask('POST', '/scim/v2/Users', { userName: `u${i}` })
      const page = await ask('GET', '/scim/v2/Users?startIndex=3&count=2')
      expect(page.body).toMatchObject({ totalResults: 5, startIndex: 3, itemsPerPage: 2 })
      expect(page.body['Resources']).toMatchObject([{ userName: 'u3' }, { userName: 'u4' }])
      const none = await ask('GET', '/scim/v2/Users?count=0')
      expect(none.body).toMatchObject({ totalResults: 5, itemsPerPage: 0 })
    })
  })

  test('is told what is wrong as RFC 7644 has it', async () => {
    await withProvider(async (ask, _, url) => {
      await ask('POST', '/scim/v2/Users', HELENE)
      const cases = [
        ['POST', '/scim/v2/Users', HELENE, 409, 'uniqueness'],
        ['POST', '/scim/v2/Users', {}, 400, 'invalidValue'],
        ['POST', '/scim/v2/Users', '{', 400, 'invalidSyntax'],
        ['POST', '/scim/v2/Users', '[]', 400, 'invalidSyntax'],
        ['POST', '/scim/v2/Users', { userName: 'x'.repeat(300) }, 400, 'invalidValue'],
        ['GET', '/scim/v2/Users?filter=userName%20sw%20%22h%22', undefined, 400, 'invalidFilter'],
        ['GET', '/scim/v2/Users/999999', undefined, 404, undefined],
        ['GET', `/scim/v2/Users/${encodeURIComponent("1'--")}`, undefined, 404, undefined],
        ['PATCH', '/scim/v2/Users/1', {}, 400, 'invalidSyntax'],
        ['PATCH', '/scim/v2/Users/1', patch({ op: 'burn', path: 'active' }), 400, 'invalidSyntax'],
        ['DELETE', '/scim/v2/Users/999999', undefined, 404, undefined],
        ['POST', '/scim/v2/Bulk', {}, 501, undefined],
        ['GET', '/scim/v2/Nothing', undefined, 404, undefined],
      ] as const
      for (const [method, path, body, status, scimType] of cases) {
        const answer = await ask(method, path, body)
        expect([method, path, answer.status, answer.body['scimType']]).toEqual([
          ...[method, path, status, scimType],
        ])
        expect(answer.body).toMatchObject({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          status: String(status),
        })
      }
      const stranger = await send(`${url}/scim/v2/Users`, 'GET', 'accueil_nobody')
      expect(stranger.status).toBe(401)
    })
  })

  test('whose token is for something else, or over, is told nothing', async () => {
    await withProvider(async (ask, database, url) => {
      const wish = { name: 'other', actor: 'x', associations: null, until: null }
      const other = await createApiToken(database, { ...wish, scopes: ['radius.explain'] }, 'cli:a')
      const token = other.ok ? other.token : ''
      expect((await send(`${url}/scim/v2/Users`, 'GET', token)).status).toBe(403)
      await database.sql`update house.api_token set revoked_at = now() where name = 'idp'`
      expect((await ask('GET', '/scim/v2/Users')).status).toBe(401)
    })
  })
})

describe('who leaves', () => {
  test.each([
    ['by a PATCH', patch({ op: 'replace', path: 'active', value: false })],
    ['as Entra ID writes it', patch({ op: 'Replace', path: 'active', value: 'False' })],
    ['as Okta writes it', patch({ op: 'replace', value: { active: false } })],
  ])(
    '%s is out at once: the portal, the gateways and the RADIUS servers hear it',
    async (_, body) => {
      await withProvider(async (ask, database) => {
        const made = await ask('POST', '/scim/v2/Users', HELENE)
        await signedIn(database)
        await openConnection(database, 'helene')
        const people = createPersonTable({ database: database.as('radius'), log: silentLog })
        await people.start()
        try {
          expect(people.of('helene')).toEqual({ off: null, groups: [] })
          const gone = await ask('PATCH', `/scim/v2/Users/${String(made.body['id'])}`, body)
          expect(gone.body).toMatchObject({ active: false })
          await expect
            .poll(() => people.of('helene')?.off, { timeout: 20_000 })
            .toBe('scim-inactive')
          expect(await count(database, 'staff.session')).toBe(0)
          const [asked] = await database.sql`select account, asked_by, reason from house.disconnect`
          expect(asked).toEqual({
            account: 'helene',
            asked_by: 'provider:idp',
            reason: 'scim-inactive',
          })
          const [entry] = await database.sql`
          select actor, subject, reason from audit.entry where action = 'staff.person.disabled'`
          expect(entry).toEqual({
            actor: 'provider:idp',
            subject: 'person helene',
            reason: 'scim-inactive',
          })
          // They come back by the same way.
          await ask('PATCH', `/scim/v2/Users/${String(made.body['id'])}`, {
            ...patch({ op: 'replace', path: 'active', value: true }),
          })
          await expect.poll(() => people.of('helene')?.off, { timeout: 20_000 }).toBe(null)
        } finally {
          await people.stop()
        }
      })
    },
  )

  test('by DELETE is not there any more, and their row says why they are off', async () => {
    await withProvider(async (ask, database) => {
      const made = await ask('POST', '/scim/v2/Users', HELENE)
      const path = `/scim/v2/Users/${String(made.body['id'])}`
      await signedIn(database)
      expect((await ask('DELETE', path)).status).toBe(204)
      expect((await ask('GET', path)).status).toBe(404)
      expect(await count(database, 'staff.session')).toBe(0)
      const [row] = await database.sql`
        select state, state_reason from staff.person where issuer = 'scim'`
      expect(row).toEqual({ state: 'disabled', state_reason: 'scim-deleted' })
      const again = await ask('POST', '/scim/v2/Users', HELENE)
      expect(again.status).toBe(201)
      expect(again.body).toMatchObject({ active: true })
    })
  })

  test('a group loses their sessions with it, who joins one does not', async () => {
    await withProvider(async (ask, database) => {
      const made = await ask('POST', '/scim/v2/Users', HELENE)
      const member = { value: String(made.body['id']) }
      await signedIn(database)
      const group = await ask('POST', '/scim/v2/Groups', {
        displayName: 'IT-National',
        members: [member],
      })
      expect(group.status).toBe(201)
      expect(await count(database, 'staff.session')).toBe(1)
      const user = await ask('GET', `/scim/v2/Users/${member.value}`)
      expect(user.body['groups']).toMatchObject([{ display: 'IT-National' }])
      const people = createPersonTable({ database: database.as('radius'), log: silentLog })
      await people.start()
      expect(people.of('helene')).toEqual({ off: null, groups: ['it-national'] })
      const path = `/scim/v2/Groups/${String(group.body['id'])}`
      const left = await ask(
        'PATCH',
        path,
        patch({ op: 'remove', path: `members[value eq "${member.value}"]` }),
      )
      expect(left.body['members']).toEqual([])
      expect(await count(database, 'staff.session')).toBe(0)
      await expect.poll(() => people.of('helene')?.groups, { timeout: 20_000 }).toEqual([])
      await people.stop()
    })
  })

  test('groups are told of, changed, found and deleted, and people go with them', async () => {
    await withProvider(async (ask, database) => {
      const ids: string[] = []
      for (const userName of ['a', 'b']) {
        const made = await ask('POST', '/scim/v2/Users', { userName })
        ids.push(String(made.body['id']))
      }
      const members = ids.map((value) => ({ value }))
      const made = await ask('POST', '/scim/v2/Groups', { displayName: 'Équipe', externalId: 'g' })
      const path = `/scim/v2/Groups/${String(made.body['id'])}`
      const added = await ask('PATCH', path, patch({ op: 'add', path: 'members', value: members }))
      expect(added.body['members']).toHaveLength(2)
      const replaced = await ask('PATCH', path, {
        ...patch({ op: 'replace', path: 'members', value: [members[1]] }),
      })
      expect(replaced.body['members']).toMatchObject([{ value: ids[1] }])
      const filter = encodeURIComponent('displayName eq "équipe"')
      const found = await ask('GET', `/scim/v2/Groups?filter=${filter}`)
      expect(found.body).toMatchObject({ totalResults: 1 })
      expect((await ask('POST', '/scim/v2/Groups', { displayName: 'équipe' })).status).toBe(409)
      const put = await ask('PUT', path, { displayName: 'Bureau', members })
      expect(put.body).toMatchObject({ displayName: 'Bureau' })
      const groups = await database.sql`select groups from staff.person order by subject`
      expect(groups).toMatchObject([{ groups: ['bureau'] }, { groups: ['bureau'] }])
      expect((await ask('DELETE', path)).status).toBe(204)
      expect(await database.sql`select groups from staff.person`).toMatchObject([
        ...[{ groups: [] }, { groups: [] }],
      ])
      expect((await ask('GET', path)).status).toBe(404)
    })
  })
})

test('an account of the house that is declared no more loses its sessions', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await openSession(database.as('portal'), {
    person: {
      ...{ issuer: 'local', subject: 'bob', account: 'bob', name: 'bob', mail: null },
      ...{ groups: [], how: 'local', secondFactor: true },
    },
    ...{ browser: '', at: new Date(), replaces: null, provider: null },
  })
  await openConnection(database, 'bob')
  await database.sql`delete from staff.account where username = 'bob'`
  expect(await count(database, 'staff.session')).toBe(0)
  expect(await count(database, 'house.disconnect')).toBe(1)
})

/** An open session of the log, as accounting writes it. */
async function openConnection(database: TestDatabase, account: string): Promise<void> {
  await database.sql`update house.gateway set coa_port = 3799`
  const mac = parseMac('02:00:00:00:00:02')
  if (mac === null) throw new Error('no address')
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(database, [
    session('1', { ...at, gateway: 'gw-0042', site: '75-0042', mac, account }),
  ])
}
