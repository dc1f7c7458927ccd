import { afterEach, describe, expect, test } from 'vitest'
import { everyUdpLayer } from '#core/udp/testing/udp-layers.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { HomeServer, Realm } from '#db/proxying.ts'
import { createClient } from '../client.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { NO_SECRET } from '../shared-secret.ts'
import { digestRequest, randomRequest, revealSalted } from '../testing/gateway.ts'
import type { Reply, RequestOptions, Sent } from '../testing/gateway.ts'
import { HOME_SECRET, hideForProxy, startHome } from '../testing/home.ts'
import type { HomeScript, Said } from '../testing/home.ts'
import { account, createTestServer, gateway, policy, watch } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { sourceOf } from '../testing/source.ts'
import type { HomeTimes } from './home-server.ts'
import { soon } from '../../test/support/soon.ts'

const TAG = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'hex')
const PATIENCE = { initialMs: 20, mostMs: 500, count: 5, longestMs: 5_000 }
const TIMES: HomeTimes = { login: PATIENCE, accounting: PATIENCE, probeMs: 20 }
/** As long as a test takes, nothing is sent again. */
const CALM = { ...PATIENCE, initialMs: 60_000, mostMs: 60_000, longestMs: 60_000 }
const CALM_TIMES: HomeTimes = { login: CALM, accounting: CALM, probeMs: 20 }
const ACCEPT: Said = { code: CODE['Access-Accept'] }

const layers = everyUdpLayer()
const [firstLayer] = layers
const open: TestServer[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.homes.close()
})

async function create(times = CALM_TIMES, udp: UdpLayer | undefined = firstLayer) {
  const accounts = [await account('bob', 'hello'), await account('ann@example.org', 'hello')]
  const server = await createTestServer({ homeTimes: times, accounts, ...(udp && { udp }) })
  open.push(server)
  return server
}

function home(name: string, port: number, changes: Partial<HomeServer> = {}): HomeServer {
  return {
    name,
    address: '127.0.0.1',
    transport: { kind: 'udp', port, accountingPort: port, secret: HOME_SECRET },
    signsReplies: true,
    statusServer: true,
    ...changes,
  }
}

function realm(servers: readonly string[], changes: Partial<Realm> = {}): Realm {
  return {
    realm: 'example.org',
    servers,
    strip: false,
    accounting: false,
    vlan: null,
    groups: [],
    gives: new Set(),
    operator: null,
    ...changes,
  }
}

/** One home server for example.org. */
async function behind(script: HomeScript, changes: Partial<Realm> = {}, times?: HomeTimes) {
  const server = await create(times)
  const far = await startHome(script)
  server.homes.declare({
    tag: TAG,
    servers: [home('far', far.port)],
    realms: [realm(['far'], changes)],
  })
  return { server, far }
}

function request(name: string, more: readonly Sent[] = [], options: Partial<RequestOptions> = {}) {
  return randomRequest({
    code: CODE['Access-Request'],
    ...options,
    attributes: [[ATTRIBUTE['User-Name'], name], ...more],
  })
}

function pap(name = 'eve@example.org', password = 'sesame', more: readonly Sent[] = []) {
  return request(name, [[ATTRIBUTE['User-Password'], password], ...more])
}

function vendor(vendorId: number, type: number, content: Buffer): [number, Buffer] {
  const head = Buffer.alloc(6)
  head.writeUInt32BE(vendorId)
  head[4] = type
  head[5] = 2 + content.length
  return [ATTRIBUTE['Vendor-Specific'], Buffer.concat([head, content])]
}

function eap(type: number, identifier: number, data = ''): Buffer {
  const body = Buffer.concat([Buffer.of(type), Buffer.from(data)])
  return Buffer.concat([Buffer.from([2, identifier, 0, 4 + body.length]), body])
}

function vlanOf(reply: Reply | null): string | undefined {
  return reply?.text(ATTRIBUTE['Tunnel-Private-Group-Id'])
}

describe.each(layers)('a login of another realm, by $name', (layer) => {
  test('is asked there with the password hidden anew, and let in as a visitor', async () => {
    const server = await create(CALM_TIMES, layer)
    await using far = await startHome(() => ACCEPT)
    server.homes.declare({
      tag: TAG,
      servers: [home('far', far.port)],
      realms: [realm(['far'], { vlan: 30 })],
    })
    const long = 'a password that does not fit one block of sixteen'
    const reply = await server.ask('authentication', pap('Eve@Example.ORG', long))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('Eve@example.org')
    expect(reply?.text(ATTRIBUTE.Class)).toBe('acc1:staff:Eve@example.org')
    expect(vlanOf(reply)).toBe('30')
    const [asked] = far.asked
    expect(asked?.password()).toBe(long)
    expect(asked?.first(ATTRIBUTE['User-Name'])?.toString()).toBe('Eve@Example.ORG')
    expect(asked?.first(ATTRIBUTE['NAS-Identifier'])?.toString()).toBe('gw-0042')
    expect(server.metrics.accepts.proxied.value).toBe(1)
  })
})

describe('of a login that is answered elsewhere it is written', () => {
  test('which home server answered, how fast, for whom, and by which rule of ours', async () => {
    const said: Said[] = [ACCEPT, { code: CODE['Access-Reject'] }]
    const { server, far } = await behind(() => said.shift() ?? ACCEPT)
    await using _ = far
    server.house.policies = [policy('visitors', { vlan: 60 })]
    await server.ask('authentication', pap('Eve@Example.ORG'))
    await server.ask('authentication', pap('mallory@example.org', 'planted'))
    await server.traces.flush()
    const there = { method: 'proxied', answerer: 'home-server', directory: 'far', answeredMs: 0 }
    expect(server.house.logins).toMatchObject([
      { ...there, outcome: 'accept', account: 'eve@example.org', rule: 'visitors', vlan: '60' },
      {
        ...there,
        outcome: 'reject',
        reason: 'home-server-rejected',
        account: 'mallory@example.org',
      },
    ])
    expect(JSON.stringify(server.house.logins)).not.toContain('planted')
  })

  test('no name that only `*` takes for one, until its home server has', async () => {
    const said: Said[] = [{ code: CODE['Access-Reject'] }, ACCEPT]
    const { server, far } = await behind(() => said.shift() ?? ACCEPT, { realm: '*' })
    await using _ = far
    await server.ask('authentication', pap('my@pass.word'))
    await server.ask('authentication', pap('my@pass.word'))
    await server.traces.flush()
    expect(server.house.logins).toMatchObject([
      { reason: 'home-server-rejected', account: null, nameWithheld: true },
      { outcome: 'accept', account: 'my@pass.word' },
    ])
  })
})

describe('what is sent on', () => {
  test('keeps what the gateway and others said in its order, ours last', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    const more: Sent[] = [
      [ATTRIBUTE['Proxy-State'], 'one'],
      [ATTRIBUTE['NAS-IP-Address'], Buffer.of(10, 0, 0, 1)],
      [ATTRIBUTE['Chargeable-User-Identity'], Buffer.of(0)],
      [ATTRIBUTE['Proxy-State'], 'two'],
    ]
    const reply = await server.ask('authentication', pap(undefined, undefined, more))
    const [asked] = far.asked
    expect(asked?.attributes.map(({ type }) => type)).toEqual([80, 1, 2, 33, 4, 89, 33, 33])
    expect(asked?.all(33)).toEqual(['one', 'two', TAG.toString()])
    // The gateway's own come back, in order, and ours does not.
    const back = reply?.attributes.filter(({ type }) => type === 33)
    expect(back?.map(({ value }) => value.toString())).toEqual(['one', 'two'])
  })

  test('has a CHAP-Challenge where the authenticator was the challenge', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    const chap = request('eve@example.org', [[ATTRIBUTE['CHAP-Password'], Buffer.alloc(17, 7)]])
    await server.ask('authentication', chap)
    expect(far.asked[0]?.first(60)).toEqual(chap.subarray(4, 20))
    const own = Buffer.alloc(24, 9)
    const explicit: Sent[] = [
      [ATTRIBUTE['CHAP-Password'], Buffer.alloc(17, 7)],
      [ATTRIBUTE['CHAP-Challenge'], own],
    ]
    await server.ask('authentication', request('eve@example.org', explicit))
    expect(far.asked[1]?.attributes.filter(({ type }) => type === 60)).toHaveLength(1)
    expect(far.asked[1]?.first(60)).toEqual(own)
  })

  test('is without the realm where that is declared, and never so with EAP', async () => {
    const { server, far } = await behind(() => ACCEPT, { strip: true, operator: 'restos.example' })
    await using _ = far
    const reply = await server.ask('authentication', pap())
    expect(far.asked[0]?.all(ATTRIBUTE['User-Name'])).toEqual(['eve'])
    expect(far.asked[0]?.all(ATTRIBUTE['Operator-Name'])).toEqual(['1restos.example'])
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('eve@example.org')
    const identity: Sent = [ATTRIBUTE['EAP-Message'], eap(1, 1, 'anonymous@example.org')]
    await server.ask('authentication', request('anonymous@example.org', [identity]))
    expect(far.asked[1]?.all(ATTRIBUTE['User-Name'])).toEqual(['anonymous@example.org'])
  })

  test('that would not fit one packet is rejected with its reason', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    server.house.gateways = [gateway({ messageAuthenticator: 'optional' })]
    const filler: Sent[] = Array.from({ length: 15 }, () => [
      ATTRIBUTE['Reply-Message'],
      'x'.repeat(253),
    ])
    const full: Sent[] = [...filler, [ATTRIBUTE['Reply-Message'], 'x'.repeat(230)]]
    const packet = randomRequest({
      code: CODE['Access-Request'],
      sign: 'none',
      attributes: [[ATTRIBUTE['User-Name'], 'eve@example.org'], ...full],
    })
    packet.writeUInt16BE(packet.length, 2)
    expect((await server.ask('authentication', packet))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['proxy-too-long'].value).toBe(1)
    expect(far.asked).toHaveLength(0)
  })
})

describe('what a home server may say', () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef')
  const other = Buffer.from('fedcba9876543210fedcba9876543210')
  const salts = [Buffer.of(0x81, 2), Buffer.of(0x90, 1), Buffer.of(0xa0, 1)] as const
  const generous: HomeScript = ({ bytes }) => ({
    code: CODE['Access-Accept'],
    attributes: [
      vendor(311, 16, hideForProxy(key, salts[0], bytes)),
      vendor(311, 17, hideForProxy(other, salts[1], bytes)),
      [ATTRIBUTE['User-Name'], 'Real.Eve@example.org'],
      [ATTRIBUTE['Tunnel-Type'], Buffer.of(0, 0, 0, 13)],
      [ATTRIBUTE['Tunnel-Medium-Type'], Buffer.of(0, 0, 0, 6)],
      [ATTRIBUTE['Tunnel-Private-Group-Id'], '1'],
      [
        ATTRIBUTE['Tunnel-Password'],
        Buffer.concat([Buffer.of(1), hideForProxy(Buffer.from('psk-of-eve'), salts[2], bytes)]),
      ],
      [ATTRIBUTE['Filter-Id'], 'everything'],
      vendor(9, 1, Buffer.from('shell:priv-lvl=15')),
      vendor(14_122, 7, Buffer.of(0, 1, 0, 0)),
      [ATTRIBUTE['Session-Timeout'], Buffer.of(0, 0, 14, 16)],
      [ATTRIBUTE.Class, 'theirs'],
      [ATTRIBUTE['Chargeable-User-Identity'], 'an opaque name'],
    ],
  })

  test('are keys, hidden anew for the gateway, and nothing of our network', async () => {
    const { server, far } = await behind(generous)
    await using _ = far
    const asked = pap()
    const reply = await server.ask('authentication', asked)
    const keys = reply?.attributes
      .filter(({ type, value }) => type === 26 && value.readUInt32BE() === 311)
      .map(({ value }) => value.subarray(6))
    expect(keys?.map((hidden) => revealSalted(hidden, asked))).toEqual([key, other])
    expect(new Set(keys?.map((hidden) => hidden.readUInt16BE())).size).toBe(2)
    expect(keys?.every((hidden) => hidden.readUInt8() >= 0x80)).toBe(true)
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('Real.Eve@example.org')
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(3600)
    const classes = reply?.attributes.filter(({ type }) => type === ATTRIBUTE.Class)
    expect(classes?.map(({ value }) => value.toString())).toEqual([
      'theirs',
      'acc1:staff:Real.Eve@example.org',
    ])
    expect(reply?.text(ATTRIBUTE['Chargeable-User-Identity'])).toBe('an opaque name')
    // The VLAN of the place's staff network, not theirs.
    expect(vlanOf(reply)).toBe('20')
    for (const type of [ATTRIBUTE['Filter-Id'], ATTRIBUTE['Tunnel-Password']]) {
      expect(reply?.first(type)).toBeUndefined()
    }
    const others = reply?.attributes.filter(
      ({ type, value }) => type === 26 && value.readUInt32BE() !== 311,
    )
    expect(others).toEqual([])
  })

  test('is more where it is declared to be: network, filter, bandwidth, a password', async () => {
    const gives = new Set(['vlan', 'filter', 'bandwidth', 'tunnel-password'] as const)
    const { server, far } = await behind(generous, { gives })
    await using _ = far
    const asked = pap()
    const reply = await server.ask('authentication', asked)
    const groups = reply?.attributes.filter(({ type }) => type === 81)
    expect(groups?.map(({ value }) => value.toString())).toEqual(['1'])
    expect(reply?.text(ATTRIBUTE['Filter-Id'])).toBe('everything')
    const password = reply?.first(ATTRIBUTE['Tunnel-Password'])
    expect(password?.readUInt8()).toBe(1)
    expect(revealSalted(password?.subarray(1) ?? Buffer.alloc(0), asked).toString()).toBe(
      'psk-of-eve',
    )
    const vendors = reply?.attributes.filter(({ type }) => type === 26)
    expect(vendors?.map(({ value }) => value.readUInt32BE())).toEqual([311, 311, 14_122])
  })

  test('goes in clear to a gateway that comes by RADIUS/1.1, where TLS hides it', async () => {
    const { server, far } = await behind(generous)
    await using _ = far
    const token = Buffer.from([1, 2, 3, 4, ...Buffer.alloc(12)])
    const attributes = Buffer.concat(
      [
        [1, 'eve@example.org'],
        [2, 'sesame'],
      ].map(([type, text]) =>
        Buffer.concat([
          Buffer.from([Number(type), 2 + String(text).length]),
          Buffer.from(`${text}`),
        ]),
      ),
    )
    const header = Buffer.from([CODE['Access-Request'], 0, 0, 20 + attributes.length])
    const packet = Buffer.concat([header, token, attributes])
    const client = createClient(gateway(), watch(), NO_SECRET)
    const from = sourceOf('127.0.0.1', 40_000)
    const reply = Buffer.from((await server.server.handle('radsec', packet, from, client)) ?? [])
    expect(reply.subarray(4, 20)).toEqual(token)
    expect(far.asked[0]?.password()).toBe('sesame')
    expect(reply.includes(key)).toBe(true)
    expect(reply.includes(other)).toBe(true)
  })

  test.each([
    ['another realm', 'chef@restos.example', 'eve@example.org'],
    ['a name without realm', 'eve.real', 'eve.real@example.org'],
  ])('as User-Name is nobody outside its realm: %s', async (_, said, taken) => {
    const { server, far } = await behind(() => ({ ...ACCEPT, attributes: [[1, said]] }))
    await using _far = far
    const reply = await server.ask('authentication', pap())
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe(taken)
    expect(reply?.text(ATTRIBUTE.Class)).toBe(`acc1:staff:${taken}`)
  })

  test('is no: with what it says about it, and nothing that a reject may not have', async () => {
    const { server, far } = await behind(() => ({
      code: CODE['Access-Reject'],
      attributes: [
        [ATTRIBUTE['Reply-Message'], 'not today'],
        [ATTRIBUTE.Class, 'theirs'],
      ],
    }))
    await using _ = far
    const reply = await server.ask('authentication', pap())
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(reply?.text(ATTRIBUTE['Reply-Message'])).toBe('not today')
    expect(reply?.first(ATTRIBUTE.Class)).toBeUndefined()
    expect(server.metrics.rejects['home-server-rejected'].value).toBe(1)
  })
})

describe('a reply', () => {
  test.each<[string, Said]>([
    ['under another secret', { ...ACCEPT, forged: true }],
    ['with a wrong Message-Authenticator', { ...ACCEPT, sign: 'wrong' }],
    ['without Message-Authenticator', { ...ACCEPT, sign: 'none' }],
    ['of another kind', { code: CODE['Accounting-Response'] }],
  ])('%s is passed over, and the true one after it counts', async (_, false_) => {
    const { server, far } = await behind(() => [false_, { code: CODE['Access-Reject'] }])
    await using _far = far
    const reply = await server.ask('authentication', pap())
    expect(reply?.code).toBe(CODE['Access-Reject'])
    const text = await server.registry.text()
    expect(text).toContain('accueil_radius_home_reply_faults_total{fault="not-authentic"} 1')
  })

  test('without Message-Authenticator is taken of a server declared to send none, but not with EAP', async () => {
    const server = await create(TIMES)
    await using far = await startHome(({ first }) => ({
      ...ACCEPT,
      sign: 'none',
      attributes: first(79) === undefined ? [] : [[79, Buffer.of(3, 1, 0, 4)]],
    }))
    server.homes.declare({
      tag: TAG,
      servers: [home('far', far.port, { signsReplies: false })],
      realms: [realm(['far'])],
    })
    expect((await server.ask('authentication', pap()))?.code).toBe(CODE['Access-Accept'])
    const identity: Sent = [ATTRIBUTE['EAP-Message'], eap(1, 1, 'eve@example.org')]
    const reply = await server.ask('authentication', request('eve@example.org', [identity]))
    expect(reply?.code).toBe(CODE['Access-Reject'])
  })
})

describe('while it is waited for', () => {
  test('the request is sent again octet for octet, the gateway’s copies are not', async () => {
    const { server, far } = await behind((_, nth) => (nth < 2 ? null : ACCEPT), {}, TIMES)
    await using _ = far
    const asked = pap()
    const waiting = server.ask('authentication', asked)
    expect(await server.ask('authentication', asked)).toBeNull()
    const reply = await waiting
    expect(reply?.code).toBe(CODE['Access-Accept'])
    const [first, ...again] = far.asked.map(({ bytes }) => bytes)
    expect(again.length).toBeGreaterThanOrEqual(2)
    expect(again.every((bytes) => first?.equals(bytes))).toBe(true)
    const sent = far.asked.length
    // Afterwards a copy gets the very same reply, and nobody is asked.
    expect((await server.send('authentication', asked))?.equals(Buffer.alloc(0))).toBe(false)
    expect(server.metrics.resent.value).toBe(1)
    expect(far.asked).toHaveLength(sent)
  })

  test('a home server that is behind holds up to 1,024, and other realms go on', async () => {
    const server = await create()
    await using slow = await startHome(() => null)
    await using quick = await startHome(() => ACCEPT)
    server.homes.declare({
      tag: TAG,
      servers: [home('slow', slow.port), home('quick', quick.port)],
      realms: [realm(['slow']), realm(['quick'], { realm: 'quick.example' })],
    })
    const held = Array.from({ length: 1_024 }, (_, i) =>
      server.ask('authentication', pap(), '127.0.0.1', 10_000 + i),
    )
    await soon(async () => {
      expect(await server.registry.text()).toContain(
        'accueil_radius_home_server_outstanding{server="slow"} 1024',
      )
    })
    expect(await server.ask('authentication', pap())).toBeNull()
    expect(server.metrics.dropped['home-server-overloaded'].value).toBe(1)
    const other = await server.ask('authentication', pap('eve@quick.example'))
    expect(other?.code).toBe(CODE['Access-Accept'])
    await server.homes.close()
    expect(new Set(await Promise.all(held))).toEqual(new Set([null]))
    expect(server.metrics.dropped['home-server-given-up'].value).toBe(1_024)
  })
})

describe('a home server that is silent', () => {
  async function pair(times = TIMES, changes: Partial<HomeServer> = {}) {
    const server = await create(times)
    const state = { firstAnswers: true }
    const first = await startHome(() => (state.firstAnswers ? ACCEPT : null))
    const second = await startHome(() => ACCEPT)
    server.homes.declare({
      tag: TAG,
      servers: [home('first', first.port, changes), home('second', second.port, changes)],
      realms: [realm(['first', 'second'])],
    })
    const login = async (): Promise<number | undefined> =>
      (await server.ask('authentication', pap()))?.code
    return { server, first, second, state, login }
  }

  test('is passed over for the next, and asked again when it answers Status-Server', async () => {
    const { server, first, second, state, login } = await pair()
    await using _1 = first
    await using _2 = second
    expect(await login()).toBe(CODE['Access-Accept'])
    state.firstAnswers = false
    first.isAlive = false
    const passed = second.asked.length
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(second.asked.length).toBeGreaterThan(passed)
    // It is known to be silent now: nobody waits for it any more.
    const before = first.asked.length
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(first.asked).toHaveLength(before)
    state.firstAnswers = true
    first.isAlive = true
    await soon(async () => {
      server.house.now += 1_000
      await login()
      expect(first.asked.length).toBeGreaterThan(before)
    })
  })

  test('but only slow, for it answers Status-Server, is given the time to answer', async () => {
    const login = { ...PATIENCE, initialMs: 200 }
    const server = await create({ ...TIMES, login, probeMs: 2_000 })
    await using first = await startHome((_, nth) => (nth < 2 ? null : ACCEPT))
    await using second = await startHome(() => ACCEPT)
    server.homes.declare({
      tag: TAG,
      servers: [home('first', first.port), home('second', second.port)],
      realms: [realm(['first', 'second'])],
    })
    expect((await server.ask('authentication', pap()))?.code).toBe(CODE['Access-Accept'])
    expect(second.asked).toHaveLength(0)
    expect(first.probed()).toBeGreaterThan(0)
  })

  test('and the only one makes a reject, soon at once, with EAP-Failure for the device', async () => {
    const { server, far } = await behind(() => null, {}, TIMES)
    await using _ = far
    far.isAlive = false
    const identity: Sent = [ATTRIBUTE['EAP-Message'], eap(1, 9, 'eve@example.org')]
    await soon(async () => {
      const before = far.asked.length
      const reply = await server.ask('authentication', request('eve@example.org', [identity]))
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(reply?.eap()).toEqual(Buffer.of(4, 9, 0, 4))
      expect(far.asked).toHaveLength(before)
    })
    expect(await server.registry.text()).toContain(
      'accueil_radius_home_server_state{server="far"} 2',
    )
    expect(server.metrics.rejects['home-server-unavailable'].value).toBeGreaterThan(1)
  })

  test('and knows no Status-Server is tried by one login after a pause', async () => {
    const { server, first, second, state, login } = await pair(TIMES, { statusServer: false })
    await using _1 = first
    await using _2 = second
    state.firstAnswers = false
    for (let i = 0; i < 4; i += 1) expect(await login()).toBe(CODE['Access-Accept'])
    const before = first.asked.length
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(first.asked).toHaveLength(before)
    state.firstAnswers = true
    server.house.now += 3_000
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(first.asked).toHaveLength(before + 1)
    expect(first.probed()).toBe(0)
  })

  test('does not lose a conversation that another one leads', async () => {
    const { server, first, second, state } = await pair()
    await using _1 = first
    await using _2 = second
    state.firstAnswers = false
    first.isAlive = false
    await server.ask('authentication', pap())
    await using third = await startHome(({ first: value }) =>
      value(24) === undefined
        ? { code: CODE['Access-Challenge'], attributes: [[24, 'a state']] }
        : ACCEPT,
    )
    server.homes.declare({
      tag: TAG,
      servers: [home('first', first.port), home('third', third.port)],
      realms: [realm(['first', 'third'])],
    })
    const challenge = await server.ask('authentication', pap())
    expect(challenge?.text(ATTRIBUTE.State)).toBe('a state')
    state.firstAnswers = true
    first.isAlive = true
    const before = first.asked.length
    await soon(async () => {
      server.house.now += 1_000
      await server.ask('authentication', pap('eve@example.org', 'x'))
      expect(first.asked.length).toBeGreaterThan(before)
    })
    const then = first.asked.length
    const more: Sent[] = [[ATTRIBUTE.State, 'a state']]
    const reply = await server.ask('authentication', pap('eve@example.org', 'x', more))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(first.asked).toHaveLength(then)
  })
})

describe('a request that goes in circles', () => {
  test('and has been here before is rejected', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    const circle: Sent[] = [
      [ATTRIBUTE['Proxy-State'], 'theirs'],
      [ATTRIBUTE['Proxy-State'], TAG],
    ]
    const reply = await server.ask('authentication', pap(undefined, undefined, circle))
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['proxy-loop'].value).toBe(1)
    expect(far.asked).toHaveLength(0)
  })

  test('or has come through too many servers is rejected', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    const through = (hops: number): Promise<Reply | null> => {
      const states = Array.from({ length: hops }, (_, i): Sent => [33, `${i}`])
      return server.ask('authentication', request('eve@example.org', states))
    }
    expect((await through(9))?.code).toBe(CODE['Access-Accept'])
    expect((await through(10))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['proxy-too-many-hops'].value).toBe(1)
  })
})

describe('which names are answered elsewhere', () => {
  test('are those of the realms, and neither accounts of ours nor names without one', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    for (const [name, password] of [
      ['bob', 'hello'],
      ['ann@example.org', 'hello'],
    ] as const) {
      const reply = await server.ask('authentication', pap(name, password))
      expect(reply?.text(ATTRIBUTE['User-Name'])).toBe(name)
    }
    expect((await server.ask('authentication', pap('eve@other.example')))?.code).toBe(3)
    expect(far.asked).toHaveLength(0)
    await server.ask('authentication', pap('EXAMPLE.ORG\\eve'))
    expect(far.asked).toHaveLength(1)
  })

  test('are with "*" all that have a realm, but those declared to be ours', async () => {
    const server = await create()
    await using far = await startHome(() => ACCEPT)
    server.homes.declare({
      tag: TAG,
      servers: [home('far', far.port)],
      realms: [realm(['far'], { realm: '*' }), realm([], { realm: 'restos.example' })],
    })
    for (const name of ['x@restos.example', 'x', 'x@', 'x@nodot', 'x@a..b', 'x@-a.b', 'x@ a.b']) {
      await server.ask('authentication', pap(name))
    }
    expect(far.asked).toHaveLength(0)
    for (const name of ['x@uni.example', 'x@müller.example']) {
      expect((await server.ask('authentication', pap(name)))?.code).toBe(2)
    }
  })

  test('need a staff network at the place', async () => {
    const { server, far } = await behind(() => ACCEPT)
    await using _ = far
    server.house.gateways = [gateway({ staff: null })]
    expect((await server.ask('authentication', pap()))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-staff-network'].value).toBe(1)
    expect(far.asked).toHaveLength(0)
  })
})

describe('accounting of a visitor', () => {
  const ACKNOWLEDGE: Said = { code: CODE['Accounting-Response'] }

  function stop(name: string, more: readonly Sent[] = []): Buffer {
    return digestRequest({
      code: CODE['Accounting-Request'],
      attributes: [
        [ATTRIBUTE['User-Name'], name],
        [ATTRIBUTE['Acct-Status-Type'], 2],
        [ATTRIBUTE['Acct-Session-Id'], 's1'],
        [ATTRIBUTE['Calling-Station-Id'], '02-00-5E-10-00-01'],
        ...more,
      ],
    })
  }

  async function outcome(server: TestServer, name: string): Promise<number> {
    const text = await server.registry.text()
    const line = `accueil_radius_home_accounting_total\\{outcome="${name}"\\} (\\d+)`
    return Number(new RegExp(line).exec(text)?.[1])
  }

  test('is recorded here, acknowledged, and told to the home server', async () => {
    const { server, far } = await behind(() => ACKNOWLEDGE, { accounting: true })
    await using _ = far
    const classes: Sent[] = [
      [ATTRIBUTE.Class, 'theirs'],
      [ATTRIBUTE.Class, 'acc1:staff:eve@example.org'],
    ]
    const reply = await server.ask('accounting', stop('anonymous@example.org', classes))
    expect(reply?.code).toBe(CODE['Accounting-Response'])
    expect(server.house.written[0]?.account).toBe('eve@example.org')
    await soon(async () => expect(await outcome(server, 'answered')).toBe(1))
    expect(far.asked[0]?.all(ATTRIBUTE.Class)).toEqual(['theirs'])
    expect(far.asked[0]?.all(ATTRIBUTE['User-Name'])).toEqual(['anonymous@example.org'])
  })

  test('is nothing that a home server could hold up', async () => {
    const { server, far } = await behind(() => null, { accounting: true }, TIMES)
    await using _ = far
    expect(await server.ask('accounting', stop('eve@example.org'))).not.toBeNull()
    await soon(async () => expect(await outcome(server, 'unanswered')).toBe(1))
    expect(far.asked).toHaveLength(5)
  })

  test('is told to nobody before it is recorded, nor where that is not declared', async () => {
    const { server, far } = await behind(() => ACKNOWLEDGE, { accounting: true })
    await using _ = far
    server.house.append = () => Promise.reject(new Error('no database'))
    server.house.spool.refusal = 'full'
    expect(await server.ask('accounting', stop('eve@example.org'))).toBeNull()
    expect(far.asked).toHaveLength(0)

    const other = await behind(() => ACKNOWLEDGE)
    await using _other = other.far
    expect(await other.server.ask('accounting', stop('eve@example.org'))).not.toBeNull()
    expect(other.far.asked).toHaveLength(0)
  })

  test('that has been here before goes no second time', async () => {
    const { server, far } = await behind(() => ACKNOWLEDGE, { accounting: true })
    await using _ = far
    await server.ask('accounting', stop('eve@example.org', [[ATTRIBUTE['Proxy-State'], TAG]]))
    expect(await outcome(server, 'loop')).toBe(1)
    expect(server.house.written).toHaveLength(1)
    expect(far.asked).toHaveLength(0)
  })
})
