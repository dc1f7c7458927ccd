import { beforeEach, describe, expect, test } from 'vitest'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from './dictionary.ts'
import { digestRequest, randomRequest } from './testing/gateway.ts'
import type { Sent } from './testing/gateway.ts'
import { createTestServer } from './testing/server.ts'
import type { TestServer } from './testing/server.ts'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})

const START: Sent[] = [
  [ATTRIBUTE['Acct-Status-Type'], ACCT_STATUS_TYPE.Start],
  [ATTRIBUTE['Acct-Session-Id'], 's1'],
]

function accounting(attributes: readonly Sent[], options = {}): Buffer {
  return digestRequest({ code: CODE['Accounting-Request'], attributes, ...options })
}

test('a record is acknowledged when it is written, and not before', async () => {
  const written = Promise.withResolvers<void>()
  server.house.append = () => written.promise
  let isAnswered = false
  const answer = server.ask('accounting', accounting(START)).then((reply) => {
    isAnswered = true
    return reply
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(isAnswered).toBe(false)
  written.resolve()
  expect((await answer)?.code).toBe(CODE['Accounting-Response'])
})

test('what the database does not take is acknowledged from the spool, and written later', async () => {
  const { append, spool } = server.house
  server.house.append = () => Promise.reject(away())
  expect((await server.ask('accounting', accounting(START)))?.code).toBe(
    CODE['Accounting-Response'],
  )
  expect(spool.lines).toBe(1)
  expect(server.metrics.spoolAppends.value).toBe(1)
  expect(await server.registry.text()).toContain('accueil_radius_spool_records 1')
  server.house.append = append
  await expect.poll(() => server.house.written.length).toBe(1)
  await expect.poll(() => server.metrics.spoolReplayed.value).toBe(1)
  expect(spool.isEmpty).toBe(true)
})

test('what no disk takes is not acknowledged, and is taken when it comes again', async () => {
  const { append, spool } = server.house
  server.house.append = () => Promise.reject(away())
  spool.refusal = 'no space left on device'
  const request = accounting(START)
  expect(await server.ask('accounting', request)).toBeNull()
  expect(server.metrics.spoolRefused.value).toBe(1)
  expect(server.metrics.dropped['accounting-not-recorded'].value).toBe(1)
  server.house.append = append
  expect((await server.ask('accounting', request))?.code).toBe(CODE['Accounting-Response'])
  expect(server.house.written).toHaveLength(1)
})

function away(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}

test('the reply is signed when the request was', async () => {
  const signed = await server.ask('accounting', accounting(START, { sign: 'right' }))
  expect(signed?.attributes.map((one) => one.type)).toEqual([ATTRIBUTE['Message-Authenticator']])
  const plain = await server.ask('accounting', accounting(START, { identifier: 2 }))
  expect(plain?.attributes).toEqual([])
})

test('On and Off end what ran on the gateway', async () => {
  for (const status of [ACCT_STATUS_TYPE['Accounting-On'], ACCT_STATUS_TYPE['Accounting-Off']]) {
    const request = accounting([[ATTRIBUTE['Acct-Status-Type'], status]], { identifier: status })
    expect((await server.ask('accounting', request))?.code).toBe(CODE['Accounting-Response'])
  }
  expect(server.house.restarts).toHaveLength(2)
  expect(server.house.restarts[0]).toMatchObject({ gateway: 'gw-0042', cause: 'NAS-Reboot' })
})

describe('silence', () => {
  test.each([
    ['another secret', 'accounting-authenticator-wrong', accounting(START, { secret: 'other' })],
    [
      'a wrong Message-Authenticator under a right authenticator',
      'message-authenticator-wrong',
      accounting(START, { sign: 'wrong' }),
    ],
    ['no Acct-Status-Type', 'accounting-malformed', accounting(START.slice(1))],
    ['no Acct-Session-Id', 'accounting-malformed', accounting(START.slice(0, 1))],
    [
      'an unknown Acct-Status-Type',
      'accounting-malformed',
      accounting([[ATTRIBUTE['Acct-Status-Type'], 99], ...START.slice(1)]),
    ],
  ] as const)('for %s', async (_, reason, request) => {
    expect(await server.ask('accounting', request)).toBeNull()
    expect(server.metrics.dropped[reason].value).toBe(1)
    expect(server.house.written).toHaveLength(0)
  })

  test('for a stranger', async () => {
    expect(await server.ask('accounting', accounting(START), '192.0.2.1')).toBeNull()
  })
})

describe('a copy', () => {
  test('of a request in progress is dropped, then gets the same bytes', async () => {
    const written = Promise.withResolvers<void>()
    let writes = 0
    server.house.append = () => {
      writes += 1
      return written.promise
    }
    const request = accounting(START)
    const first = server.send('accounting', request)
    expect(await server.send('accounting', request)).toBeNull()
    expect(server.metrics.dropped['duplicate-in-progress'].value).toBe(1)
    written.resolve()
    const reply = await first
    expect(await server.send('accounting', request)).toEqual(reply)
    expect(writes).toBe(1)
    expect(server.metrics.resent.value).toBe(1)
  })

  test('from another port is another request', async () => {
    const request = accounting(START)
    await server.send('accounting', request, '127.0.0.1', 1)
    await server.send('accounting', request, '127.0.0.1', 2)
    expect(server.house.written).toHaveLength(2)
  })

  test('is forgotten after fifteen seconds', async () => {
    const request = accounting(START)
    await server.send('accounting', request)
    server.house.now += 15_001
    await server.send('accounting', request)
    expect(server.house.written).toHaveLength(2)
  })

  test('with a forged body under the same header does not disturb the true one', async () => {
    const written = Promise.withResolvers<void>()
    server.house.append = () => written.promise
    const request = accounting(START)
    const forged = Buffer.from(request)
    forged[forged.length - 1] = 0x32
    const first = server.send('accounting', request)
    expect(await server.send('accounting', forged)).toBeNull()
    expect(await server.send('accounting', request)).toBeNull()
    expect(server.metrics.dropped['duplicate-in-progress'].value).toBe(1)
    written.resolve()
    expect(await first).not.toBeNull()
  })

  test('of an identifier with new content is a new request', async () => {
    const other = accounting([...START, [ATTRIBUTE['Acct-Session-Time'], 5]])
    await server.send('accounting', accounting(START))
    await server.send('accounting', other)
    expect(server.house.written).toHaveLength(2)
  })
})

describe('Status-Server', () => {
  test('is answered on both ports, without any effect', async () => {
    const request = randomRequest({ code: CODE['Status-Server'] })
    const auth = await server.ask('authentication', request)
    const acct = await server.ask('accounting', request)
    expect(auth?.code).toBe(CODE['Access-Accept'])
    expect(acct?.code).toBe(CODE['Accounting-Response'])
    expect(acct?.attributes[0]?.type).toBe(ATTRIBUTE['Message-Authenticator'])
    expect(server.house.written).toHaveLength(0)
    expect(server.metrics.accepts.pap.value + server.metrics.acknowledged.value).toBe(0)
  })

  test.each(['none', 'wrong', 'twice'] as const)(
    'with Message-Authenticator %s is not',
    async (sign) => {
      const request = randomRequest({ code: CODE['Status-Server'], sign })
      expect(await server.ask('authentication', request)).toBeNull()
      expect(await server.ask('accounting', request)).toBeNull()
    },
  )
})
