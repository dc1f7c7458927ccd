import { setImmediate as turn } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RADIUS_LIMITS } from '#core/radius-limits.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { LoginRow } from '#db/login-traces.ts'
import { createClient } from '../client.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { EAP_TYPE } from '../eap/eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { LoginTrace } from '../login-trace.ts'
import { parsePacket } from '../packet.ts'
import { reject } from '../request.ts'
import type { RadiusRequest } from '../request.ts'
import { deviceCa, makeDevice } from '../testing/devices.ts'
import type { DeviceCertificate } from '../testing/devices.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { digestRequest, randomRequest } from '../testing/gateway.ts'
import type { RequestOptions } from '../testing/gateway.ts'
import { logIn, papAvps } from '../testing/peer.ts'
import { account, createTestServer, gateway, network, policy, watch } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { sourceOf } from '../testing/source.ts'
import { SSID, askByAddress, deviceKey, handshakeAttributes, macOf } from '../testing/wpa-device.ts'
import { createLoginTraces } from './login-traces.ts'
import type { LoginTraces, TraceLimits } from './login-traces.ts'

const STATION = '02-00-00-00-00-01'
const MAC = '02:00:00:00:00:01'
const SECOND = 1000
const TINY: TraceLimits = {
  ...{ devices: 4, queue: 100, batch: 3, rowsPerSecond: 2, rowsAtOnce: 7, stopMs: 1 },
}

let server: TestServer
let identifier = 0

let certificate: StoredCertificate
let deviceRoot: StoredCertificate
let device: DeviceCertificate
beforeAll(async () => {
  const now = Date.now()
  const ca = await makeCertificateAuthority(now)
  certificate = await makeServerCertificate(ca, 'wifi.example.org', now)
  deviceRoot = await makeCertificateAuthority(now)
  device = await makeDevice(deviceRoot, { cn: ['bob'], serial: 0x1001, now })
})

beforeEach(async () => {
  const deviceCas = [deviceCa(deviceRoot)]
  server = await createTestServer({ certificates: [certificate], deviceCas })
  server.house.now = Date.now()
})

async function pap(
  username: string,
  password: string,
  options: Partial<RequestOptions> = {},
): Promise<void> {
  identifier = (identifier + 1) & 0xff
  const request = randomRequest({
    code: CODE['Access-Request'],
    identifier,
    attributes: [
      [ATTRIBUTE['User-Name'], username],
      [ATTRIBUTE['User-Password'], password],
      [ATTRIBUTE['Calling-Station-Id'], STATION],
    ],
    ...options,
  })
  await server.send('authentication', request)
}

async function byMac(address: string): Promise<void> {
  await pap(address, address, {
    attributes: [
      [ATTRIBUTE['User-Name'], address],
      [ATTRIBUTE['User-Password'], address],
    ],
  })
}

/** What was written since the last time, after `ms`. */
async function written(ms = 0): Promise<readonly LoginRow[]> {
  server.house.now += ms
  await server.traces.flush()
  return server.house.logins.splice(0)
}

/** Another device each time, which is refused. */
function refuse(traces: LoginTraces, device: number): void {
  const name = `device ${device}`
  const attributes = [[ATTRIBUTE['User-Name'], name]] as const
  const parsed = parsePacket(randomRequest({ code: CODE['Access-Request'], attributes }))
  if (!parsed.ok) throw new Error(parsed.reason)
  const request: RadiusRequest = {
    client: createClient(gateway(), watch()),
    packet: parsed.packet,
    source: sourceOf('127.0.0.1', 1),
    service: 'authentication',
    receivedAt: 0,
    trace: new LoginTrace('mac', name),
  }
  traces.record(request, reject('no-grant'))
}

describe('a login leaves', () => {
  test('who came in, how, and what the answer gave', async () => {
    const at = server.house.now
    await pap('BOB', 'hello')
    expect(await written()).toEqual([
      {
        ...{ firstAt: at, lastAt: at, count: 1, site: '75-0042', gateway: 'gw-0042' },
        ...{ network: 'staff', mac: MAC, account: 'bob', nameWithheld: false },
        ...{ outcome: 'accept', reason: null, method: 'pap', inner: null },
        ...{ tlsVersion: null, cipher: null, tlsAlert: null, resumed: false, serial: null },
        ...{ rounds: null, answerer: 'local', directory: null, answeredMs: 0 },
        ...{ rule: null, vlan: '20', sessionSeconds: null },
      },
    ])
  })

  describe.each(everyEapLayer())('over TLS by the $name layer', ({ engine }) => {
    beforeEach(async () => {
      server = await createTestServer({ certificates: [certificate], engine })
      server.house.now = Date.now()
    })

    test.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'as %s what was spoken outside and inside, the cipher, and whether it was resumed',
      async (version) => {
        const way = { version, caPem: certificate.caPem, waits: true }
        const first = await logIn(server, way)
        const [row] = await written()
        expect(row).toMatchObject({
          ...{ outcome: 'accept', account: 'bob', method: 'ttls', inner: 'pap', mac: MAC },
          ...{ tlsVersion: version, resumed: false, answerer: 'local', vlan: '20' },
          rounds: first.rounds - 1,
        })
        expect(row?.cipher).toMatch(/^TLS_/)
        const session = first.sessions.at(-1)
        await logIn(server, { ...way, ...(session && { session }) })
        expect(await written()).toMatchObject([{ account: 'bob', inner: 'pap', resumed: true }])
      },
    )
  })

  test('the number of the certificate, and nothing else of it', async () => {
    const peer = { version: 'TLSv1.3', caPem: certificate.caPem, type: EAP_TYPE.TLS } as const
    await logIn(server, { ...peer, device })
    const [row] = await written()
    expect(row).toMatchObject({
      ...{ outcome: 'accept', account: 'bob', method: 'eap-tls', inner: null, serial: '1001' },
      answerer: 'local',
    })
  })

  test('how long the grant lets a guest in', async () => {
    server.house.grants.set(MAC, server.house.now + 3600 * SECOND)
    await byMac(STATION)
    expect(await written()).toMatchObject([
      {
        ...{ outcome: 'accept', method: 'mac', network: 'guest', mac: MAC, account: null },
        ...{ answerer: 'grant', sessionSeconds: 3600, nameWithheld: false },
      },
    ])
  })

  test('whether a guest came by a password for one use, and nothing of it; or was led to the page', async () => {
    const once = { gateway: 'gw-0042', mac: MAC, password: 'planted-password' }
    server.house.credentials.set('once-planted', { ...once, until: server.house.now + 60_000 })
    await pap('once-planted', 'planted-password')
    await pap('once-planted', 'planted-password')
    server.house.gateways = [gateway({ kind: 'aruba' })]
    server.house.captives.set('gw-0042', 'guest-logon')
    await byMac(STATION)
    const guest = { network: 'guest', mac: MAC, account: null, nameWithheld: false }
    const rows = await written()
    expect(rows).toMatchObject([
      { ...guest, outcome: 'accept', method: 'one-time', answerer: 'grant', sessionSeconds: 60 },
      { ...guest, outcome: 'reject', method: 'one-time', reason: 'one-time-unknown' },
      { ...guest, outcome: 'accept', method: 'captive', answerer: 'grant' },
    ])
    expect(JSON.stringify(rows)).not.toContain('planted')
  })

  test('the rule that decided, of whoever it lets in and of whoever it refuses', async () => {
    server.house.policies = [policy('night', { vlan: 40 })]
    await pap('bob', 'hello')
    server.house.policies = [policy('closed', { refusal: 'Not now' })]
    await pap('bob', 'hello')
    await logIn(server, { version: 'TLSv1.3', caPem: certificate.caPem })
    const refused = { outcome: 'reject', reason: 'refused-by-policy', account: 'bob' }
    expect(await written()).toMatchObject([
      { outcome: 'accept', account: 'bob', rule: 'night', vlan: '40' },
      { ...refused, rule: 'closed', method: 'pap' },
      { ...refused, rule: 'closed', method: 'ttls', inner: 'password' },
    ])
  })

  test('which key a thing has shown, whose it is, and which rule decided; or that it has none', async () => {
    const key = deviceKey({ mac: macOf(STATION) })
    server.house.deviceKeys = { keys: [key], bound: [] }
    server.house.policies = [policy('things', { vlan: 50 })]
    const ask = (station: string, passphrase?: string): Promise<void> => {
      const shown = passphrase === undefined ? [] : handshakeAttributes(station, passphrase, SSID)
      return pap('', '', { attributes: [...askByAddress(station), ...shown] })
    }
    await ask(STATION)
    await ask(STATION, 'planted-passphrase')
    await ask('02-00-00-00-00-02')
    const thing = { method: 'device-key', network: 'staff', nameWithheld: false }
    const rows = await written()
    expect(rows).toMatchObject([
      {
        ...{ ...thing, outcome: 'accept', mac: MAC, account: 'alice', rule: 'things' },
        ...{ answerer: 'device-key', directory: 'till-1', vlan: '50', sessionSeconds: 86_400 },
      },
      { ...thing, outcome: 'reject', reason: 'device-key-wrong', mac: MAC, account: null },
      { ...thing, outcome: 'reject', reason: 'device-key-unknown', mac: '02:00:00:00:00:02' },
    ])
    expect(JSON.stringify(rows)).not.toMatch(/correct-horse|planted/)
  })

  test('that a device or its gateway was over a limit: of a gateway one row, whatever it sent', async () => {
    server = await createTestServer({ limits: { ...DEFAULT_RADIUS_LIMITS, gatewayLogins: 1 } })
    for (let i = 0; i < 12; i += 1) await pap(`nobody ${i}`, 'x')
    await pap('bob', 'hello')
    expect((await written()).at(-1)).toMatchObject({
      ...{ outcome: 'silence', reason: 'over-limit', method: 'pap', account: 'bob', mac: MAC },
    })
    server = await createTestServer({ limits: { ...DEFAULT_RADIUS_LIMITS, gatewayPackets: 1 } })
    for (let i = 10; i < 60; i += 1) await byMac(`02-00-00-00-01-${i}`)
    const rows = (await written()).filter(({ reason }) => reason === 'over-limit')
    expect(rows).toMatchObject([{ outcome: 'silence', mac: null, account: null, network: null }])
    expect(rows[0]?.count).toBeGreaterThan(1)
  })

  test('silence, and not what was decided, where the answer did not fit one packet', async () => {
    const filler = [ATTRIBUTE['Proxy-State'], Buffer.alloc(253)] as const
    const attributes: RequestOptions['attributes'] = [
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['User-Password'], 'hello'],
      ...Array.from({ length: 15 }, () => filler),
      [ATTRIBUTE['Proxy-State'], Buffer.alloc(200)],
    ]
    await pap('bob', 'hello', { attributes })
    expect(await written()).toMatchObject([{ outcome: 'silence', reason: 'reply-too-long' }])
  })

  test('silence where a person waits for an answer, none where only a packet does', async () => {
    server.house.findGrant = () => new Promise(() => {})
    for (let i = 1; i <= 600; i += 1) {
      const address = `02-00-00-00-${Buffer.from([i >> 8, i & 0xff]).toString('hex')}`
      void byMac(address.replace(/(..)$/, '-$1'))
    }
    await turn()
    const rows = await written()
    expect(rows.length).toBeGreaterThan(0)
    expect(rows[0]).toMatchObject({
      outcome: 'silence',
      reason: 'grants-overloaded',
      method: 'mac',
    })
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(['grants-overloaded']))
  })
})

describe('a name that nothing has proved', () => {
  test('is kept when an account or a directory’s realm has it, else not: it may be a password', async () => {
    await pap('Bob', 'wrong')
    await pap('hunter2-my-password', 'bob')
    await pap('alice@nowhere.example', 'hello')
    const rows = await written()
    expect(
      rows.map(({ account, nameWithheld, reason }) => [account, nameWithheld, reason]),
    ).toEqual([
      ['bob', false, 'wrong-password'],
      [null, true, 'unknown-account'],
      [null, true, 'unknown-account'],
    ])
  })

  test('is not kept either when it is said inside a tunnel, nor what stands outside', async () => {
    const peer = { version: 'TLSv1.3', caPem: certificate.caPem } as const
    await logIn(server, { ...peer, inner: papAvps('my-password', 'bob') })
    expect(await written()).toMatchObject([
      { account: null, nameWithheld: true, reason: 'unknown-account', inner: 'password' },
    ])
  })

  test('is not kept, and no device, of a packet that nothing proves to be the gateway’s', async () => {
    await pap('bob', 'hello', { sign: 'wrong' })
    const accounting = digestRequest({ code: CODE['Accounting-Request'], secret: 'other-secret' })
    await server.send('accounting', accounting)
    await pap('bob', 'hello', { sign: 'wrong' })
    const [row, ...others] = await written()
    expect(row).toMatchObject({
      ...{ outcome: 'silence', reason: 'message-authenticator-wrong', count: 2 },
      ...{ gateway: 'gw-0042', network: null, mac: null, account: null, method: null },
      nameWithheld: false,
    })
    expect(others).toMatchObject([{ reason: 'accounting-authenticator-wrong', mac: null }])
  })

  test('nor is any secret: not the password, not the shared secret, not a key', async () => {
    await pap('bob', 'hello')
    await pap('bob', 'planted-password')
    await logIn(server, { version: 'TLSv1.3', caPem: certificate.caPem })
    const text = JSON.stringify(await written())
    expect(text).not.toMatch(/hello|planted|testing123/)
    expect(text).not.toMatch(/[0-9a-f]{32}/i)
  })
})

describe('the same answer again', () => {
  test('is a number in one row, written after a pause that doubles', async () => {
    await pap('bob', 'hello')
    expect(await written()).toHaveLength(1)
    const counts: number[] = []
    for (let second = 1; second <= 120; second += 1) {
      server.house.now += SECOND
      await pap('bob', 'hello')
      const [row, ...others] = await written()
      expect(others).toEqual([])
      if (row !== undefined) counts.push(row.count)
    }
    expect(counts).toEqual([4, 8, 16, 32])
  })

  test('is told within a minute when it is a refusal', async () => {
    await pap('bob', 'wrong')
    expect(await written()).toHaveLength(1)
    let total = 0
    let longest = 0
    for (let tick = 0; tick < 100; tick += 1) {
      server.house.now += 5 * SECOND
      await pap('bob', 'wrong')
      const [row] = await written()
      if (row === undefined) continue
      total += row.count
      longest = Math.max(longest, row.lastAt - row.firstAt)
    }
    expect(total).toBeGreaterThan(85)
    expect(longest).toBeLessThanOrEqual(60 * SECOND)
  })

  test('is written at once when another answer follows, and at a stop', async () => {
    await pap('bob', 'wrong')
    await pap('bob', 'wrong')
    expect(await written()).toMatchObject([{ reason: 'wrong-password', count: 2 }])
    await pap('bob', 'wrong')
    expect(await written()).toEqual([])
    await pap('bob', 'hello')
    expect(await written()).toMatchObject([
      { reason: 'wrong-password', count: 1 },
      { outcome: 'accept', count: 1 },
    ])
    await pap('bob', 'hello')
    await server.traces.stop()
    expect(server.house.logins).toMatchObject([{ outcome: 'accept', count: 1 }])
  })

  test('is so for each person where a gateway gives one address for all of them', async () => {
    server.house.accounts = new Map([
      ['bob', await account('bob', 'hello')],
      ['eve', await account('eve', 'hello')],
    ])
    for (let i = 0; i < 5; i += 1) {
      await pap('bob', 'hello')
      await pap('eve', 'hello')
    }
    expect(await written()).toMatchObject([
      { account: 'bob', mac: MAC, count: 5 },
      { account: 'eve', mac: MAC, count: 5 },
    ])
  })

  test('with another VLAN is another answer', async () => {
    await pap('bob', 'hello')
    await written()
    server.house.gateways = [gateway({ staff: network('staff', { vlan: 30 }) })]
    await pap('bob', 'hello')
    expect(await written()).toMatchObject([{ vlan: '30', count: 1 }])
  })
})

describe('a database that is away', () => {
  test('costs traces, which are counted, and no login', async () => {
    server.house.saveLogins = () => Promise.reject(new Error('away'))
    await pap('bob', 'hello')
    await pap('bob', 'hello')
    await written()
    expect(server.metrics.accepts.pap.value).toBe(2)
    expect(server.metrics.tracesLost.database.value).toBe(2)
    server.house.saveLogins = (rows) => {
      server.house.logins.push(...rows)
      return Promise.resolve()
    }
    await pap('bob', 'wrong')
    expect(await written()).toMatchObject([{ reason: 'wrong-password' }])
    expect(server.metrics.tracesWritten.value).toBe(1)
  })

  test('and hangs is asked once, and what does not fit the queue meanwhile is counted', async () => {
    let asked = 0
    const traces = createLoginTraces(
      {
        save: () => {
          asked += 1
          return new Promise(() => {})
        },
        isKnownName: () => false,
        written: server.metrics.tracesWritten,
        lost: server.metrics.tracesLost,
        clock: () => 0,
      },
      { ...TINY, queue: 10, batch: 5, rowsAtOnce: 100 },
    )
    for (let i = 0; i < 30; i += 1) {
      refuse(traces, i)
      void traces.flush()
    }
    expect(asked).toBe(1)
    expect(traces.waiting).toBe(10)
    expect(server.metrics.tracesLost['queue-full'].value).toBe(19)
    await traces.stop()
  })
})

test('who invents devices gets so many rows at once, then so many a second', async () => {
  const rows: LoginRow[] = []
  let now = 0
  const traces = createLoginTraces(
    {
      save: (batch) => {
        rows.push(...batch)
        return Promise.resolve()
      },
      isKnownName: () => false,
      written: server.metrics.tracesWritten,
      lost: server.metrics.tracesLost,
      clock: () => now,
    },
    TINY,
  )
  for (let i = 0; i < 20; i += 1) refuse(traces, i)
  await traces.flush()
  expect(rows).toHaveLength(7)
  now += 2 * SECOND
  await traces.flush()
  expect(rows).toHaveLength(11)
})
