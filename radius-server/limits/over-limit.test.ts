import { beforeEach, describe, expect, test } from 'vitest'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { digestRequest, randomRequest } from '../testing/gateway.ts'
import type { RequestOptions, Sent } from '../testing/gateway.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const PHONE = 'aa-bb-cc-dd-ee-01'
const TABLET = 'aa-bb-cc-dd-ee-02'
/** Five seconds' worth of packets, ten of logins, forty of a device's may come at once. */
const FEW = { gatewayPackets: 2, gatewayLogins: 1, deviceLogins: 1 } as const
const MANY = { gatewayPackets: 1e6, gatewayLogins: 1e6, deviceLogins: 1e6 } as const

let server: TestServer
let identifier = 0
beforeEach(() => {
  identifier = 0
})

async function start(limits: Parameters<typeof createTestServer>[0]): Promise<void> {
  server = await createTestServer(limits)
  server.house.gateways = [
    gateway({ messageAuthenticator: 'optional' }),
    gateway({ name: 'gw-other', address: '127.0.0.2/32' }),
  ]
  server.house.grants.set('aa:bb:cc:dd:ee:01', server.house.now + 1e6)
}

/** Each a packet of its own; the code of the reply, null for silence. */
async function send(
  attributes: readonly Sent[],
  sign: NonNullable<RequestOptions['sign']> = 'right',
  from = '127.0.0.1',
): Promise<number | null> {
  identifier += 1
  const code = CODE['Access-Request']
  const request = randomRequest({ code, identifier: identifier & 0xff, attributes, sign })
  const port = 1024 + (identifier >> 8)
  return (await server.ask('authentication', request, from, port))?.code ?? null
}

const byMac = [
  [ATTRIBUTE['User-Name'], PHONE],
  [ATTRIBUTE['Calling-Station-Id'], PHONE],
] as const

const password = (text: string, name = 'bob', station = PHONE): readonly Sent[] => [
  [ATTRIBUTE['User-Name'], name],
  [ATTRIBUTE['User-Password'], text],
  [ATTRIBUTE['Calling-Station-Id'], station],
]

const eapStart = (station: string): readonly Sent[] => [
  [ATTRIBUTE['User-Name'], 'x'],
  [ATTRIBUTE['Calling-Station-Id'], station],
  [ATTRIBUTE['EAP-Message'], Buffer.from('0201000801626f62', 'hex')],
]

async function answered(times: number, one: () => Promise<number | null>): Promise<number> {
  let count = 0
  for (let i = 0; i < times; i += 1) if ((await one()) !== null) count += 1
  return count
}

describe('packets of a gateway', () => {
  beforeEach(() => start({ limits: { ...MANY, gatewayPackets: 2 } }))

  test('pass in a burst and then at their pace, and those of another are not concerned', async () => {
    expect(await answered(30, () => send(byMac))).toBe(10)
    expect(server.metrics.overLimit['gateway-packets'].value).toBe(20)
    expect(server.metrics.dropped['over-limit'].value).toBe(20)
    expect(await send(byMac, 'right', '127.0.0.2')).toBe(CODE['Access-Accept'])
    server.house.now += 1000
    expect(await answered(30, () => send(byMac))).toBe(2)
  })

  test('are not used up by a stranger who writes its address, with a wrong signature or none', async () => {
    expect(await answered(30, () => send(byMac, 'wrong'))).toBe(0)
    expect(await answered(30, () => send(byMac, 'none'))).toBe(10)
    expect(server.metrics.overLimit['gateway-packets-unproven'].value).toBe(20)
    expect(await answered(30, () => send(byMac))).toBe(10)
  })

  test('count accounting too, which is dropped unrecorded and so comes again', async () => {
    const record = async (): Promise<number | null> => {
      identifier += 1
      const request = digestRequest({
        code: CODE['Accounting-Request'],
        identifier,
        attributes: [
          [ATTRIBUTE['Acct-Status-Type'], 1],
          [ATTRIBUTE['Acct-Session-Id'], `s${identifier}`],
        ],
      })
      return (await server.ask('accounting', request))?.code ?? null
    }
    expect(await answered(15, record)).toBe(10)
    expect(server.house.written).toHaveLength(10)
  })

  test('are said on the record of the gateway', async () => {
    await answered(12, () => send(byMac))
    await server.watches.save()
    expect(server.house.postures).toMatchObject([{ requests: 12, overLimit: 2 }])
  })
})

describe('logins that cost something', () => {
  test('of one device are few, and its neighbours at the place are not concerned', async () => {
    await start({ limits: { ...MANY, deviceLogins: FEW.deviceLogins } })
    expect(await answered(50, () => send(eapStart(PHONE)))).toBe(40)
    expect(await send(eapStart(TABLET))).toBe(CODE['Access-Challenge'])
    expect(server.metrics.overLimit['device-logins'].value).toBe(10)
    server.house.now += 2000
    expect(await answered(5, () => send(eapStart(PHONE)))).toBe(2)
  })

  test('of one gateway are limited, EAP and unknown passwords together, and MAC authentication is not', async () => {
    await start({ limits: { ...MANY, gatewayLogins: FEW.gatewayLogins } })
    expect(await answered(5, () => send(eapStart(PHONE)))).toBe(5)
    expect(await answered(9, () => send(password('wrong', `bob ${identifier}`)))).toBe(5)
    expect(server.metrics.overLimit['gateway-logins'].value).toBe(4)
    expect(server.metrics.dropped['over-limit'].value).toBe(4)
    expect(await send(byMac)).toBe(CODE['Access-Accept'])
  })

  test('are not those that are answered from memory', async () => {
    await start({ limits: { ...MANY, gatewayLogins: FEW.gatewayLogins } })
    await send(password('hello'))
    expect(await answered(30, () => send(password('hello')))).toBe(30)
  })

  test('of a device that is over its limit take nothing from its gateway', async () => {
    await start({ limits: { ...MANY, gatewayLogins: 5, deviceLogins: FEW.deviceLogins } })
    expect(await answered(200, () => send(eapStart(PHONE)))).toBe(40)
    expect(await send(eapStart(TABLET))).toBe(CODE['Access-Challenge'])
  })

  test('of a gateway are not used up by unsigned requests in its name', async () => {
    await start({ limits: { ...MANY, gatewayLogins: FEW.gatewayLogins } })
    const forged = (): Promise<number | null> => send(password('x', `eve ${identifier}`), 'none')
    expect(await answered(15, forged)).toBe(10)
    expect(server.metrics.overLimit['gateway-logins-unproven'].value).toBe(5)
    expect(await send(eapStart(TABLET))).toBe(CODE['Access-Challenge'])
  })
})

test('every gateway and all its devices at once stay below every limit', async () => {
  server = await createTestServer()
  const places = Array.from({ length: 2333 }, (_, i) => `10.${i >> 8}.${i & 255}.1`)
  server.house.gateways = places.map((address, i) =>
    gateway({ name: `gw-${i}`, address: `${address}/32` }),
  )
  // Within the same millisecond, from one in thirty of the places, which is all that matters to a bucket.
  for (const from of places.filter((_, i) => i % 30 === 0)) {
    const all = Array.from({ length: 40 }, (_, i) => send(eapStart(`device ${i}`), 'right', from))
    expect(await Promise.all(all)).toEqual(all.map(() => CODE['Access-Challenge']))
  }
  const { overLimit } = server.metrics
  expect(Object.values(overLimit).map(({ value }) => value)).toEqual([0, 0, 0, 0, 0])
})
