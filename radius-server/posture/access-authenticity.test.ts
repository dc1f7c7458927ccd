import { beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '#core/log.ts'
import type { SigningRule } from '#db/gateways.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { RequestOptions, Sent } from '../testing/gateway.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { SIGNED_IN_A_ROW } from './gateway-watch.ts'

const EAP: Sent = [ATTRIBUTE['EAP-Message'], Buffer.from('0201000801626f62', 'hex')]
const PROXY: Sent = [ATTRIBUTE['Proxy-State'], 'x']

let server: TestServer
let logged: { event: string; details: Readonly<Record<string, unknown>> }[]
const note: Log['info'] = (event, details) => {
  logged.push({ event, details: details ?? {} })
}

beforeEach(async () => {
  logged = []
  server = await createTestServer({ log: { debug: note, info: note, warn: note, error: note } })
})

function declare(rule: SigningRule): void {
  server.house.gateways = [gateway({ messageAuthenticator: rule })]
}

let identifier = 0
/** Bob's login; the code of the reply, null for silence. */
async function bob(
  sign: NonNullable<RequestOptions['sign']>,
  ...attributes: Sent[]
): Promise<number | null> {
  identifier = (identifier + 1) & 0xff
  const request = randomRequest({
    code: CODE['Access-Request'],
    identifier,
    sign,
    attributes: [
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['User-Password'], 'hello'],
      ...attributes,
    ],
  })
  return (await server.ask('authentication', request))?.code ?? null
}

async function signs(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) expect(await bob('right')).toBe(CODE['Access-Accept'])
}

describe('a request without Message-Authenticator', () => {
  const { 'Access-Accept': accepted } = CODE
  test.each([
    ['required', [], null],
    ['required', [PROXY], null],
    ['auto', [], accepted],
    ['auto', [PROXY], null],
    ['optional', [], accepted],
    ['optional', [PROXY], null],
    ['trusted', [], accepted],
    ['trusted', [PROXY], accepted],
    ['auto', [EAP], null],
    ['trusted', [EAP], null],
  ] as const)('by the rule %s and with %j: %s', async (rule, attributes, code) => {
    declare(rule)
    expect(await bob('none', ...attributes)).toBe(code)
    if (code !== null) return
    const { dropped } = server.metrics
    const reasons = ['message-authenticator-missing', 'proxy-state-unsigned'] as const
    expect(reasons.reduce((sum, reason) => sum + dropped[reason].value, 0)).toBe(1)
  })

  test('says in the log which gateway it was and why it was refused', async () => {
    await bob('none')
    expect(logged).toMatchObject([
      {
        event: 'radius.gateway.unsigned',
        details: { gateway: 'gw-0042', address: '127.0.0.1', because: 'declared', heldBack: 0 },
      },
    ])
    // At most one in ten seconds: whoever forges them must not fill the log.
    await bob('none')
    expect(logged).toHaveLength(1)
  })
})

describe('a gateway with the rule auto', () => {
  beforeEach(() => declare('auto'))

  test('must sign from the moment it has signed so many in a row, and that is written at once', async () => {
    await signs(SIGNED_IN_A_ROW - 1)
    expect(await bob('none')).toBe(CODE['Access-Accept'])
    await signs(SIGNED_IN_A_ROW)
    expect(await bob('none')).toBeNull()
    expect(logged.map(({ event }) => event)).toEqual([
      'radius.gateway.signs',
      'radius.gateway.unsigned',
    ])
    expect(logged[1]?.details).toMatchObject({ because: 'learned' })
    expect(server.house.postures).toMatchObject([
      { gateway: 'gw-0042', enforcedAt: new Date(server.house.now), unsignedRequests: 1 },
    ])
    expect(await bob('right')).toBe(CODE['Access-Accept'])
  })

  test('is not learned from EAP, which is signed by those too that sign nothing else', async () => {
    for (let i = 0; i < 2 * SIGNED_IN_A_ROW; i += 1) await bob('right', EAP)
    expect(await bob('none')).toBe(CODE['Access-Accept'])
  })

  test('must sign too when another process learned it, and no more when that is forgotten', async () => {
    server.watches.follow(new Set(['gw-0042']))
    expect(await bob('none')).toBeNull()
    server.watches.follow(new Set())
    expect(await bob('none')).toBe(CODE['Access-Accept'])
    await signs(SIGNED_IN_A_ROW)
    expect(await bob('none')).toBeNull()
  })

  test('must sign also while what was learned cannot be written, and it is written later', async () => {
    const { savePostures } = server.house
    server.house.savePostures = () => Promise.reject(new Error('away'))
    await signs(SIGNED_IN_A_ROW)
    await server.watches.save()
    // The database knows nothing of it yet.
    server.watches.follow(new Set())
    expect(await bob('none')).toBeNull()
    server.house.savePostures = savePostures
    await server.watches.save()
    expect(server.house.postures).toMatchObject([
      {
        enforcedAt: new Date(server.house.now),
        requests: SIGNED_IN_A_ROW,
        refused: 1,
        signed: { from: new Date(server.house.now) },
      },
    ])
  })

  test('keeps what was learned when it is declared anew', async () => {
    await signs(SIGNED_IN_A_ROW)
    declare('auto')
    expect(await bob('none')).toBeNull()
    declare('optional')
    expect(await bob('none')).toBe(CODE['Access-Accept'])
  })
})

test('a wrong Message-Authenticator is dropped whatever the rule', async () => {
  declare('trusted')
  expect(await bob('wrong')).toBeNull()
  expect(await bob('twice')).toBeNull()
})

test('the metrics count gateways by posture, never name one', async () => {
  server.house.gateways = [
    gateway(),
    gateway({ name: 'a', address: '192.0.2.1/32', messageAuthenticator: 'auto' }),
    gateway({ name: 'b', address: '192.0.2.2/32', messageAuthenticator: 'auto' }),
    gateway({ name: 'c', address: '192.0.2.3/32', messageAuthenticator: 'trusted' }),
    gateway({ name: 'd', address: null, radsec: { by: 'psk', psk: '0123456789abcdef' } }),
  ]
  server.watches.follow(new Set(['b']))
  await bob('right')
  const text = await server.registry.text()
  for (const posture of ['required', 'learned', 'learning', 'lenient', 'radsec']) {
    expect(text).toContain(`accueil_radius_gateways{posture="${posture}"} 1\n`)
  }
  expect(text).toContain('accueil_radius_gateways_signing{sends="always"} 1\n')
  expect(text).toContain('accueil_radius_gateways_signing{sends="unheard"} 4\n')
  expect(text).not.toContain('gw-0042')
})

test('what was seen is written once, and nothing where nothing came', async () => {
  await bob('right')
  await bob('none', PROXY)
  await server.watches.save()
  await server.watches.save()
  const at = new Date(server.house.now)
  expect(server.house.postures).toEqual([
    {
      gateway: 'gw-0042',
      transport: 'udp',
      ...{ heardAt: at, accessAt: at, accountingAt: null, connectedAt: null },
      certificateEndsAt: null,
      signed: { from: at, at },
      unsigned: { from: at, at },
      proxied: { from: at, at },
      enforcedAt: null,
      clockSkewMs: null,
      requests: 1,
      unsignedRequests: 1,
      refused: 1,
      overLimit: 0,
      forged: 0,
    },
  ])
})
