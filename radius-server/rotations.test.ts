import { beforeEach, describe, expect, test } from 'vitest'
import { ATTRIBUTE, CODE, MICROSOFT, SERVICE_TYPE } from './dictionary.ts'
import { digestRequest, randomRequest, readReply, revealSalted } from './testing/gateway.ts'
import type { Reply, RequestOptions, Sent } from './testing/gateway.ts'
import { account, createTestServer, gateway } from './testing/server.ts'
import type { TestServer } from './testing/server.ts'

const [OLD, NEW, OTHER] = ['the-old-secret', 'the-new-secret', 'another-secret']
const MAC = 'aa:bb:cc:dd:ee:ff'
const WEEK_MS = 7 * 86_400_000

let server: TestServer
beforeEach(async () => {
  server = await createTestServer({ accounts: [await account('bob', 'hello')] })
  const until = server.house.now + WEEK_MS
  server.house.gateways = [gateway({ secret: NEW, formerSecret: { secret: OLD, until } })]
})

async function ask(
  request: Buffer,
  secret: string,
  service: 'authentication' | 'accounting' = 'authentication',
): Promise<Reply | null> {
  const bytes = await server.send(service, request)
  // Throws if it was made with another secret.
  return bytes === null ? null : readReply(bytes, request, secret)
}

function pap(secret: string, options: Partial<RequestOptions> = {}): Promise<Reply | null> {
  const attributes: Sent[] = [
    [ATTRIBUTE['User-Name'], 'bob'],
    [ATTRIBUTE['User-Password'], 'hello'],
  ]
  const request = { code: CODE['Access-Request'], secret, attributes, ...options }
  return ask(randomRequest(request), secret)
}

function byMac(secret: string): Promise<Reply | null> {
  const attributes: Sent[] = [
    [ATTRIBUTE['User-Name'], MAC],
    [ATTRIBUTE['Service-Type'], SERVICE_TYPE['Call-Check']],
  ]
  const sign = 'none'
  return ask(randomRequest({ code: CODE['Access-Request'], secret, sign, attributes }), secret)
}

function accounting(secret: string): Promise<Reply | null> {
  const attributes: Sent[] = [
    [ATTRIBUTE['Acct-Status-Type'], 1],
    [ATTRIBUTE['Acct-Session-Id'], 'session-1'],
    [ATTRIBUTE['User-Name'], 'bob'],
    [ATTRIBUTE['Calling-Station-Id'], MAC],
  ]
  const request = digestRequest({ code: CODE['Accounting-Request'], secret, attributes })
  return ask(request, secret, 'accounting')
}

async function shown(): Promise<string | undefined> {
  const text = await server.registry.text()
  return /^accueil_radius_gateway_has_new_secret\{gateway="gw-0042"\} (\d)$/m.exec(text)?.[1]
}

describe('a gateway whose secret is being changed', () => {
  test.each([OLD, NEW])('is answered with the one it has: %s', async (secret) => {
    const reply = await pap(secret)
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('bob')
    expect((await accounting(secret))?.code).toBe(CODE['Accounting-Response'])
    const alive = randomRequest({ code: CODE['Status-Server'], secret })
    expect((await ask(alive, secret))?.code).toBe(CODE['Access-Accept'])
    expect(server.house.written).toHaveLength(1)
  })

  test('is not believed with a third one', async () => {
    expect(await pap(OTHER)).toBeNull()
    expect(await accounting(OTHER)).toBeNull()
    expect(server.metrics.dropped['message-authenticator-wrong'].value).toBe(1)
    expect(server.metrics.dropped['accounting-authenticator-wrong'].value).toBe(1)
  })

  test('is not believed with the one before once its time is over', async () => {
    server.house.now += WEEK_MS - 1
    expect((await pap(OLD))?.code).toBe(CODE['Access-Accept'])
    server.house.now += 1
    expect(await pap(OLD)).toBeNull()
    expect(await accounting(OLD)).toBeNull()
    expect((await pap(NEW))?.code).toBe(CODE['Access-Accept'])
    expect(await shown()).toBeUndefined()
  })

  test('is given keys that it can read with the secret it has', async () => {
    server.house.accounts = new Map([
      ['user', await account('User', 'clientPass', { mschap: true })],
    ])
    const vendor = (type: number, hex: string): Sent => {
      const value = Buffer.from(hex, 'hex')
      const head = Buffer.from([0, 0, 1, 0x37, type, 2 + value.length])
      return [ATTRIBUTE['Vendor-Specific'], Buffer.concat([head, value])]
    }
    const request = randomRequest({
      code: CODE['Access-Request'],
      secret: OLD,
      attributes: [
        [ATTRIBUTE['User-Name'], 'User'],
        // RFC 2759 §9.2.
        vendor(MICROSOFT['MS-CHAP-Challenge'], '5B5D7C7D7B3F2F3E3C2C602132262628'),
        vendor(
          MICROSOFT['MS-CHAP2-Response'],
          `070021402324255E262A28295F2B3A337C7E${'00'.repeat(8)}82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF`,
        ),
      ],
    })
    const reply = await ask(request, OLD)
    const hidden = reply?.attributes.find(
      ({ type, value }) => type === ATTRIBUTE['Vendor-Specific'] && value.readUInt8(4) === 17,
    )
    // RFC 3079 §3.5.3: what the server receives with.
    expect(
      revealSalted(hidden?.value.subarray(6) ?? Buffer.alloc(0), request, OLD).toString('hex'),
    ).toBe('d5f0e9521e3ea9589645e86051c82226')
  })

  test('is shown to have the new one from its first packet with it on, and no longer after one without', async () => {
    expect(await shown()).toBe('0')
    await pap(OLD)
    expect(await shown()).toBe('0')
    await accounting(NEW)
    expect(await shown()).toBe('1')
    await accounting(OLD)
    expect(await shown()).toBe('0')
    await pap(OTHER)
    expect(await shown()).toBe('0')
  })

  test('is shown anew when it is changed again', async () => {
    await pap(NEW)
    const until = server.house.now + WEEK_MS
    server.house.gateways = [gateway({ secret: OTHER, formerSecret: { secret: NEW, until } })]
    expect(await shown()).toBe('0')
    expect((await pap(NEW))?.code).toBe(CODE['Access-Accept'])
  })
})

describe('of a packet that nothing signs, where it need not be signed', () => {
  beforeEach(() => {
    server.house.gateways = server.house.gateways.map((one) => ({
      ...one,
      messageAuthenticator: 'optional',
    }))
  })

  test.each([OLD, NEW])('the password says which secret it was: %s', async (secret) => {
    expect((await pap(secret, { sign: 'none' }))?.code).toBe(CODE['Access-Accept'])
    const attributes: Sent[] = [
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['User-Password'], 'sixteen-octets-é'],
    ]
    expect((await pap(secret, { sign: 'none', attributes }))?.code).toBe(CODE['Access-Reject'])
  })

  test('one without a password is taken for what the gateway proved last, first of all the old', async () => {
    server.house.grants.set(MAC, server.house.now + 3_600_000)
    expect((await byMac(OLD))?.code).toBe(CODE['Access-Accept'])
    await accounting(NEW)
    expect((await byMac(NEW))?.code).toBe(CODE['Access-Accept'])
    await expect(byMac(OLD)).rejects.toThrow('wrong response authenticator')
  })
})
