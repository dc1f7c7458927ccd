import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Reply, Sent } from '../testing/gateway.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const NAME = 'once-0123456789abcdef'
const PASSWORD = 'abcdefghijklmnop'
const MAC = '02:ac:c0:e1:00:01'
/** What CoovaChilli makes of its challenge, in the golden vectors. */
const CHALLENGE = Buffer.from('90d173fa87d61bef7cab3dd3281c29fb', 'hex')

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
  server.house.credentials.set(NAME, {
    gateway: 'gw-0042',
    mac: MAC,
    password: PASSWORD,
    until: server.house.now + 7_200_000,
  })
})

function ask(...attributes: Sent[]): Promise<Reply | null> {
  const all: Sent[] = [
    [ATTRIBUTE['User-Name'], NAME],
    [ATTRIBUTE['Calling-Station-Id'], '02-AC-C0-E1-00-01'],
    ...attributes,
  ]
  const request = randomRequest({ code: CODE['Access-Request'], attributes: all })
  return server.ask('authentication', request)
}

const clear = (password: string): Sent => [ATTRIBUTE['User-Password'], password]
const chap = (password: string): Sent[] => {
  const digest = createHash('md5').update(Buffer.of(0)).update(password).update(CHALLENGE).digest()
  return [
    [ATTRIBUTE['CHAP-Password'], Buffer.concat([Buffer.of(0), digest])],
    [ATTRIBUTE['CHAP-Challenge'], CHALLENGE],
  ]
}

describe('a password for one use', () => {
  test.each([
    ['PAP', [clear(PASSWORD)]],
    ['CHAP', chap(PASSWORD)],
  ])('lets its device in once by %s, for what is left of its grant', async (_, proof) => {
    const first = await ask(...proof)
    expect(first?.code).toBe(CODE['Access-Accept'])
    expect(first?.integer(ATTRIBUTE['Session-Timeout'])).toBe(7200)
    expect(first?.text(ATTRIBUTE.Class)).toBe('acc1:guest')
    expect(server.metrics.accepts['one-time'].value).toBe(1)
    expect((await ask(...proof))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['one-time-unknown'].value).toBe(1)
  })

  test.each([
    ['PAP', [clear('ABCDEFGHIJKLMNOP')]],
    ['an empty PAP', [clear('')]],
    ['CHAP', chap('ABCDEFGHIJKLMNOP')],
    ['a CHAP that is cut', [[ATTRIBUTE['CHAP-Password'], Buffer.alloc(5)] as Sent]],
  ])('that is wrong by %s is used up too: nobody tries many', async (_, proof) => {
    expect((await ask(...proof))?.code).toBe(CODE['Access-Reject'])
    expect((await ask(clear(PASSWORD)))?.code).toBe(CODE['Access-Reject'])
  })

  test('is of no use to another device, at another gateway, or to who does not say who it is', async () => {
    const by = async (station: string | null): Promise<number | undefined> => {
      const attributes: Sent[] = [[ATTRIBUTE['User-Name'], NAME], clear(PASSWORD)]
      if (station !== null) attributes.push([ATTRIBUTE['Calling-Station-Id'], station])
      const request = randomRequest({ code: CODE['Access-Request'], attributes })
      return (await server.ask('authentication', request))?.code
    }
    expect(await by('02:00:00:00:00:99')).toBe(CODE['Access-Reject'])
    expect(await by(null)).toBe(CODE['Access-Reject'])
    server.house.gateways = [gateway({ name: 'gw-0043' })]
    expect(await by(MAC)).toBe(CODE['Access-Reject'])
    server.house.gateways = [gateway()]
    expect(await by(MAC)).toBe(CODE['Access-Accept'])
  })

  test('is not asked of staff passwords, and theirs not of it', async () => {
    const bob: Sent[] = [[ATTRIBUTE['User-Name'], 'bob'], clear('hello')]
    const request = randomRequest({ code: CODE['Access-Request'], attributes: bob })
    expect((await server.ask('authentication', request))?.code).toBe(CODE['Access-Accept'])
    expect(server.metrics.accepts.pap.value).toBe(1)
  })

  test('is met with silence while the database is away, so that the gateway asks again', async () => {
    server.house.credentials.clear()
    server.house.takeCredential = () => Promise.reject(new Error('connection refused'))
    expect(await ask(clear(PASSWORD))).toBeNull()
  })
})
