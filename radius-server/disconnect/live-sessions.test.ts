import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { vendorAttribute } from '../attributes.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CISCO, CODE } from '../dictionary.ts'
import { digestRequest, randomRequest } from '../testing/gateway.ts'
import type { Sent } from '../testing/gateway.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const PHONE = parseMac('02-00-5E-00-00-01') as Mac
const COA = { port: 3799, secret: 'coa-secret', formerSecret: null } as const

async function create(): Promise<TestServer> {
  const server = await createTestServer()
  server.house.gateways = [gateway({ coa: COA })]
  return server
}

function account(server: TestServer, status: number, identifier: number, ...more: Sent[]) {
  return server.ask(
    'accounting',
    digestRequest({
      code: CODE['Accounting-Request'],
      identifier,
      attributes: [
        [ATTRIBUTE['Acct-Status-Type'], status],
        [ATTRIBUTE['Acct-Session-Id'], '5F3A'],
        [ATTRIBUTE['Calling-Station-Id'], '0200.5e00.0001'],
        ...more,
      ],
    }),
    '192.0.2.7',
  )
}

function textOf(server: TestServer, type: number): string | undefined {
  const value = server.live.find('gw-0042', PHONE)?.attributes.get(type)
  return value === undefined ? undefined : Buffer.from(value).toString()
}

describe('what is remembered of sessions', () => {
  test('is what the gateway said in a login and in accounting, until it says that it ended', async () => {
    const server = await create()
    server.house.gateways = [gateway({ coa: COA, address: '192.0.2.0/24' })]
    const login = randomRequest({
      code: CODE['Access-Request'],
      attributes: [
        [ATTRIBUTE['User-Name'], 'bob'],
        [ATTRIBUTE['User-Password'], 'hello'],
        [ATTRIBUTE['Calling-Station-Id'], '0200.5e00.0001'],
        [ATTRIBUTE['NAS-Identifier'], 'ap-7'],
      ],
    })
    expect((await server.ask('authentication', login, '192.0.2.7'))?.code).toBe(
      CODE['Access-Accept'],
    )
    expect(textOf(server, ATTRIBUTE['NAS-Identifier'])).toBe('ap-7')
    await account(server, ACCT_STATUS_TYPE.Start, 2)
    expect(textOf(server, ATTRIBUTE['NAS-Identifier'])).toBe('ap-7')
    expect(textOf(server, ATTRIBUTE['Acct-Session-Id'])).toBe('5F3A')
    expect(textOf(server, ATTRIBUTE['Calling-Station-Id'])).toBe('0200.5e00.0001')
    expect(server.live.addressOf('gw-0042')?.text).toBe('192.0.2.7')
    await account(server, ACCT_STATUS_TYPE.Stop, 3)
    expect(server.live.size).toBe(0)
  })

  test("holds Cisco's own name of the session, whole", async () => {
    const server = await create()
    server.house.gateways = [gateway({ coa: COA, address: '192.0.2.7/32' })]
    const pair = (text: string): Sent => {
      const { type, value } = vendorAttribute(
        CISCO.vendor,
        CISCO['Cisco-AVPair'],
        Buffer.from(text),
      )
      return [type, value]
    }
    await account(
      server,
      ACCT_STATUS_TYPE.Start,
      1,
      pair('service-type=Call Check'),
      pair('audit-session-id=0A1B2C'),
    )
    const seen = server.live.find('gw-0042', PHONE)?.auditSession
    expect(
      Buffer.from(seen ?? [])
        .subarray(6)
        .toString(),
    ).toBe('audit-session-id=0A1B2C')
  })

  test('is nothing of a gateway that cannot be asked, nor of a request that was not believed', async () => {
    const server = await create()
    server.house.gateways = [gateway({ address: '192.0.2.7/32' })]
    await account(server, ACCT_STATUS_TYPE.Start, 1)
    server.house.gateways = [gateway({ coa: COA, address: '192.0.2.7/32', secret: 'another' })]
    await account(server, ACCT_STATUS_TYPE.Start, 2)
    expect(server.live.size).toBe(0)
  })
})
