import { afterEach, describe, expect, test } from 'vitest'
import type { HomeServer } from '#db/proxying.ts'
import { createTestAuthority, selfSigned } from '../../test/support/gateway-certificate.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { digestRequest, randomRequest } from '../testing/gateway.ts'
import { startTlsHome } from '../testing/home.ts'
import type { HomeScript, Said, TlsHome } from '../testing/home.ts'
import { createTestServer } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import type { HomeTimes } from './home-server.ts'
import { soon } from '../../test/support/soon.ts'

const NAME = 'flr1.example.org'
const PATIENCE = { initialMs: 20, mostMs: 500, count: 5, longestMs: 5_000 }
/** As long as a test takes, nobody is taken to be silent. */
const CALM = { ...PATIENCE, initialMs: 60_000, mostMs: 60_000, longestMs: 60_000 }
const TIMES: HomeTimes = { login: PATIENCE, accounting: PATIENCE, probeMs: 20 }
const ACCEPT: Said = { code: CODE['Access-Accept'], sign: 'none' }

const federation = await createTestAuthority('federation')
const theirs = await federation.issue(NAME, [NAME])
const ours = await federation.issue('ours')
const stranger = await selfSigned('stranger')

let server: TestServer
afterEach(() => server.homes.close())

type Radsec = Extract<HomeServer['transport'], { readonly kind: 'radsec' }>

async function behind(
  home: TlsHome,
  changes: Partial<Radsec> = {},
  { statusServer = true, patience = PATIENCE } = {},
): Promise<void> {
  const homeTimes = { ...TIMES, login: patience }
  server = await createTestServer({ homeTimes })
  const transport: Radsec = {
    kind: 'radsec',
    port: home.port,
    tlsName: NAME,
    caPem: federation.declared.pem,
    own: { chainPem: ours.pem, keyPem: ours.keyPem },
    ...changes,
  }
  const settings = {
    name: 'flr',
    address: '127.0.0.1',
    transport,
    signsReplies: true,
    statusServer,
  }
  const realm = { realm: '*', servers: ['flr'], strip: false, accounting: true, vlan: null }
  server.homes.declare({
    tag: Buffer.alloc(16, 7),
    servers: [settings],
    realms: [{ ...realm, groups: [], gives: new Set(), operator: null }],
  })
}

function start(script: HomeScript): Promise<TlsHome> {
  return startTlsHome(script, {
    cert: theirs.pem,
    key: theirs.keyPem,
    ca: federation.declared.pem,
  })
}

async function login(): Promise<number | undefined> {
  const attributes = [
    [ATTRIBUTE['User-Name'], 'eve@uni.example'],
    [ATTRIBUTE['User-Password'], 'sesame'],
  ] as const
  const request = randomRequest({ code: CODE['Access-Request'], attributes })
  return (await server.ask('authentication', request))?.code
}

describe('a home server by RadSec', () => {
  test('is asked over one connection, for logins and accounting', async () => {
    await using home = await start(({ code }) =>
      code === CODE['Access-Request']
        ? ACCEPT
        : { code: CODE['Accounting-Response'], sign: 'none' },
    )
    await behind(home, {}, { patience: CALM })
    // TLS has proved who speaks, so its replies need no signature within.
    expect(await Promise.all([login(), login(), login()])).toEqual([2, 2, 2])
    const attributes = [
      [ATTRIBUTE['User-Name'], 'eve@uni.example'],
      [ATTRIBUTE['Acct-Status-Type'], 1],
      [ATTRIBUTE['Acct-Session-Id'], 's1'],
    ] as const
    await server.ask('accounting', digestRequest({ code: CODE['Accounting-Request'], attributes }))
    await soon(() => expect(home.asked).toHaveLength(4))
    expect(home.asked[0]?.password()).toBe('sesame')
    expect(home.connections()).toBe(1)
  })

  test('that hangs up is connected to again, and a request that was under way comes again', async () => {
    await using home: TlsHome = await start((_, nth) => {
      if (nth !== 1) return ACCEPT
      home.hangUp()
      return null
    })
    await behind(home, {}, { patience: CALM })
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(home.connections()).toBe(2)
    expect(home.asked).toHaveLength(3)
  })

  test.each<[string, Partial<Radsec>]>([
    ['with another name', { tlsName: 'flr2.example.org' }],
    ['of another authority', { caPem: stranger.pem }],
    ['that does not believe us', { own: { chainPem: stranger.pem, keyPem: stranger.keyPem } }],
  ])('%s is told nothing', async (_, changes) => {
    await using home = await start(() => ACCEPT)
    await behind(home, changes, { patience: CALM })
    expect(await login()).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['home-server-unavailable'].value).toBe(1)
    expect(home.asked).toHaveLength(0)
  })

  test('that is silent gets each request once, and is left alone when it answers no Status-Server', async () => {
    await using home = await start(() => null)
    home.isAlive = false
    await behind(home)
    await soon(async () => {
      const before = home.asked.length
      expect(await login()).toBe(CODE['Access-Reject'])
      expect(home.asked).toHaveLength(before)
    })
    const seen = home.asked.map(({ bytes }) => bytes.toString('hex'))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('that hangs up on everybody is left alone, and tried by one login after each pause', async () => {
    let hangsUp = true
    await using home: TlsHome = await start(() => {
      if (!hangsUp) return ACCEPT
      home.hangUp()
      return null
    })
    await behind(home, {}, { statusServer: false, patience: CALM })
    const isAsked = async (): Promise<boolean> => {
      const before = home.asked.length
      await login()
      return home.asked.length > before
    }
    for (let i = 0; i < 4; i += 1) expect(await isAsked()).toBe(true)
    expect(await isAsked()).toBe(false)
    for (const pause of [3_000, 5_000]) {
      server.house.now += pause
      expect(await isAsked()).toBe(true)
      expect(await isAsked()).toBe(false)
    }
    hangsUp = false
    server.house.now += 9_000
    expect(await login()).toBe(CODE['Access-Accept'])
    expect(await isAsked()).toBe(true)
  })
})
