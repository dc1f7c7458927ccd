import { describe, expect, test } from 'vitest'
import { tokenDigest } from '#db/api-tokens.ts'
import type { Login } from '#db/login-search.ts'
import { testPortal } from '../portal-fixture.ts'
import type { TestPortal } from '../portal-fixture.ts'
import { loginPageSchema } from './login-schemas.ts'
import type { LoginAnswer, LoginQuestion } from './logins.ts'
import { problemSchema } from './problem.ts'

const TOKEN = 'accueil_abc-_123'
const AT = new Date('2026-06-01T09:59:00Z')
const PATH = '/api/v1/radius/logins'

const REFUSED: Login = {
  ...{ firstAt: AT, lastAt: AT, count: 1, site: '75-0042', siteName: 'Centre Nation' },
  ...{ timezone: 'Europe/Paris', gateway: 'gw-0042', network: 'staff', mac: 'aa:bb:cc:dd:ee:01' },
  ...{ account: 'bob', nameWithheld: false, outcome: 'reject', reason: 'wrong-password' },
  ...{ method: 'ttls', inner: 'password', tlsVersion: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  ...{ tlsAlert: null, resumed: false, serial: null, rounds: 6, answerer: 'local' },
  ...{ directory: null, answeredMs: 44, rule: null, vlan: null, sessionSeconds: null },
}

function answering(answer: LoginAnswer): { portal: TestPortal; asked: LoginQuestion[] } {
  const portal = testPortal()
  const asked: LoginQuestion[] = []
  portal.world.logins = (question) => {
    asked.push(question)
    return answer
  }
  return { portal, asked }
}

const FOUND: LoginAnswer = {
  ...{ ok: true, search: '7', gateways: [] },
  page: { logins: [REFUSED, { ...REFUSED, count: 2 }], next: { at: AT, id: '41' } },
}

async function ask(
  portal: TestPortal,
  query: Readonly<Record<string, string>>,
  authorization: string | null = `Bearer ${TOKEN}`,
): Promise<{ status: number; type: string | null; body: unknown; challenge: string | null }> {
  const address = `${PATH}?${new URLSearchParams(query).toString()}`
  const headers = authorization === null ? {} : { Authorization: authorization }
  const response = await portal.get(address, { headers })
  return {
    status: response.status,
    type: response.headers.get('Content-Type'),
    body: await response.json(),
    challenge: response.headers.get('WWW-Authenticate'),
  }
}

describe('the API tells how logins were answered', () => {
  test('as its document says it does, in facts and in words', async () => {
    const { portal, asked } = answering(FOUND)
    const given = { user: ' Bob ', site: '75-0042', from: '2026-06-01T00:00:00+02:00' }
    const { status, body } = await ask(portal, { ...given, reason: 'bob called', limit: '2' })
    expect(status).toBe(200)
    const { logins, next, nothing } = loginPageSchema.parse(body)
    expect(logins).toHaveLength(1)
    expect(logins[0]).toMatchObject({
      ...{ account: 'bob', count: 3, reason: 'wrong-password', lastAt: AT.toISOString() },
      story: {
        what: expect.stringContaining(
          'bob with the device aa:bb:cc:dd:ee:01 was refused: the password',
        ),
        toDo: expect.stringContaining('forget this network'),
      },
    })
    expect(nothing).toEqual([])
    const criteria = {
      ...{ user: 'bob', mac: null, site: '75-0042', to: null },
      from: new Date('2026-05-31T22:00:00Z'),
    }
    expect(asked).toEqual([
      { token: tokenDigest(TOKEN), criteria, reason: 'bob called', rows: 2, cursor: null },
    ])
    await ask(portal, { user: 'bob', reason: 'bob called', cursor: next ?? '' })
    expect(asked[1]?.cursor).toEqual({ search: '7', after: { at: AT, id: '41' } })
  })

  test('in French for whoever asks for it, and in English for a program that takes anything', async () => {
    const { portal } = answering(FOUND)
    const whatIn = async (language: string): Promise<string | undefined> => {
      const headers = { Authorization: `Bearer ${TOKEN}`, 'Accept-Language': language }
      const response = await portal.get(`${PATH}?user=bob&reason=bob+called`, { headers })
      return loginPageSchema.parse(await response.json()).logins[0]?.story.what
    }
    expect(await whatIn('fr-FR, en;q=0.8')).toContain('accès refusé, car le mot de passe est faux')
    expect(await whatIn('*')).toContain('was refused')
    expect(await whatIn('de, en;q=0.5')).toContain('was refused')
  })

  test('and why there may be nothing', async () => {
    const heard = { gateway: 'gw-0042', site: '75-0042', lastAt: null, unproven: 3, unprovenAt: AT }
    const empty = { ok: true, search: '7', page: { logins: [], next: null } } as const
    const { portal } = answering({ ...empty, gateways: [heard] })
    const { body } = await ask(portal, { mac: 'AABBCCDDEE01', reason: 'r' })
    const { nothing } = loginPageSchema.parse(body)
    expect(nothing.join('\n')).toContain('Nothing that could be believed came from gw-0042')
    expect(nothing.join('\n')).toContain('3 requests from its address were signed wrongly')
  })
})

describe('the API says what is wrong as a problem, and asks nobody', () => {
  test.each([
    ['no reason', { user: 'bob' }, 'reason is missing: say why you look'],
    ['an empty reason', { user: 'bob', reason: ' ' }, 'reason is empty'],
    ['nobody', { reason: 'r' }, 'user or mac is needed'],
    ['a MAC address that is none', { mac: 'x', reason: 'r' }, 'mac is not an address'],
    ['a time without zone', { user: 'b', reason: 'r', from: '2026-06-01T00:00' }, 'from is not'],
    ['too long a page', { user: 'b', reason: 'r', limit: '501' }, 'limit'],
    ['a cursor that is none', { user: 'b', reason: 'r', cursor: 'WzFd' }, 'cursor is not'],
    ['a parameter that there is not', { user: 'b', reason: 'r', password: 'x' }, 'password is not'],
  ])('of %s', async (_, query, sentence) => {
    const { portal, asked } = answering(FOUND)
    const { status, type, body } = await ask(portal, query)
    expect([status, type]).toEqual([400, 'application/problem+json'])
    expect(problemSchema.parse(body).detail).toContain(sentence)
    expect(asked).toEqual([])
  })

  test.each([
    ['none', null],
    ['a name and a password', 'Basic Ym9iOmhlbGxv'],
    ['something else', 'Bearer abc'],
  ])('of a token that is %s', async (_, authorization) => {
    const { portal, asked } = answering(FOUND)
    const { status, body, challenge } = await ask(portal, { user: 'b', reason: 'r' }, authorization)
    expect([status, challenge]).toEqual([401, 'Bearer realm="accueil"'])
    expect(problemSchema.parse(body).type).toBe('urn:accueil:problem:no-token')
    expect(asked).toEqual([])
  })
})

test.each([
  ['unknown', 401, 'error="invalid_token"'],
  ['revoked', 401, 'error="invalid_token"'],
  ['ended', 401, 'error="invalid_token"'],
  ['scope', 403, 'scope="radius.explain"'],
] as const)('a token that is refused as %s gets %i', async (refusal, expected, challenged) => {
  const { portal } = answering({ ok: false, refusal })
  const { status, type, challenge } = await ask(portal, { user: 'bob', reason: 'r' })
  expect([status, type]).toEqual([expected, 'application/problem+json'])
  expect(challenge).toContain(challenged)
})

test('a database that is away is a problem to try again', async () => {
  const { portal } = answering(FOUND)
  portal.world.databaseUp = false
  const { status, body } = await ask(portal, { user: 'bob', reason: 'r' })
  expect(status).toBe(503)
  expect(problemSchema.parse(body).type).toBe('urn:accueil:problem:unavailable')
})

test('below /api there are no pages: not for another address, not for another verb, not in a rush', async () => {
  const portal = testPortal({ requests: 3 })
  const statuses = [
    await portal.get('/api/v1/nothing'),
    await portal.post(PATH),
    await portal.get('/api/openapi.json'),
    await portal.get('/api/openapi.json'),
  ].map(({ status, headers }) => [status, headers.get('Content-Type')])
  expect(statuses).toEqual([
    [404, 'application/problem+json'],
    [405, 'application/problem+json'],
    [200, 'application/json'],
    [429, 'application/problem+json'],
  ])
})

test('the document names every parameter that is read and every schema once', async () => {
  const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
  const document: unknown = await (await portal.get('/api/openapi.json')).json()
  expect(document).toMatchObject({
    openapi: '3.1.1',
    servers: [{ url: 'https://wifi.example.org/' }],
    paths: { [PATH]: { get: { operationId: 'findLogins' } } },
  })
  const text = JSON.stringify(document)
  for (const name of ['user', 'mac', 'site', 'from', 'to', 'reason', 'limit', 'cursor']) {
    expect(text).toContain(`{"name":"${name}","in":"query"`)
  }
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  const names = new Set(references.map(([, name]) => name))
  for (const name of ['Login', 'LoginPage', 'Problem', 'Rules', 'Site'])
    expect(names).toContain(name)
  expect(document).toMatchObject({
    components: { schemas: Object.fromEntries([...names].map((name) => [name, {}])) },
  })
})
