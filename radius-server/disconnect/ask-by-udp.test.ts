import { afterEach, describe, expect, test } from 'vitest'
import { everyUdpLayer, udpCounters } from '#core/udp/testing/udp-layers.ts'
import { sourceAddress } from '#core/udp/source-address.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { textAttribute } from '../attributes.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { startDynamicGateway } from '../testing/dynamic-gateway.ts'
import { createUdpAsker } from './ask-by-udp.ts'
import type { UdpAsker } from './ask-by-udp.ts'
import { soon } from '../../test/support/soon.ts'

const SECRET = 'coa-secret'
const REQUEST = {
  code: CODE['Disconnect-Request'],
  attributes: [textAttribute(ATTRIBUTE['Calling-Station-Id'], '02-00-5E-00-00-01')],
}
const LOOPBACK = sourceAddress('127.0.0.1')

let asker: UdpAsker | null = null
afterEach(() => asker?.stop())

function create(layer: UdpLayer, initialMs = 20, count = 3): UdpAsker {
  asker = createUdpAsker(
    { layer, counters: udpCounters(), clock: Date.now },
    { initialMs, mostMs: 100, count },
  )
  return asker
}

function to(port: number, secret = SECRET) {
  if (LOOPBACK === null) throw new Error('no address')
  return { address: LOOPBACK, port, secret }
}

describe.each(everyUdpLayer())('a request to a gateway by $name', (layer) => {
  test('is answered by ACK or NAK with its Error-Cause', async () => {
    await using gateway = await startDynamicGateway(
      (_asked, nth) => (nth === 0 ? true : 503),
      SECRET,
    )
    const { ask } = create(layer, 5_000)
    expect(await ask(to(gateway.port), REQUEST)).toEqual({ isAcknowledged: true, errorCause: null })
    expect(await ask(to(gateway.port), REQUEST)).toEqual({ isAcknowledged: false, errorCause: 503 })
    expect(gateway.asked[0]?.texts.get('31')).toBe('02-00-5E-00-00-01')
  })

  test('that is not answered is repeated octet for octet, then given up', async () => {
    await using gateway = await startDynamicGateway(() => null, SECRET)
    expect(await create(layer).ask(to(gateway.port), REQUEST)).toBeNull()
    await soon(() => expect(gateway.asked).toHaveLength(3))
    const [first, ...again] = gateway.asked.map(({ bytes }) => bytes)
    expect(again).toEqual([first, first])
  })

  test('is answered also by the reply to its repetition', async () => {
    await using gateway = await startDynamicGateway(
      (_asked, nth) => (nth < 2 ? null : true),
      SECRET,
    )
    // As often as a busy machine needs; a reply later than a repetition is taken too.
    const { ask } = create(layer, 20, 1000)
    expect((await ask(to(gateway.port), REQUEST))?.isAcknowledged).toBe(true)
  })

  test.each([
    ['a Response Authenticator', 4],
    ['a Message-Authenticator', 25],
    ['an Identifier', 1],
  ])('is not answered by a reply whose octet of %s is wrong', async (_what, at) => {
    const forge = (reply: Buffer): Buffer => {
      reply.writeUInt8((reply[at] ?? 0) ^ 1, at)
      return reply
    }
    await using gateway = await startDynamicGateway(() => true, SECRET, forge)
    expect(await create(layer, 20, 1).ask(to(gateway.port), REQUEST)).toBeNull()
    await soon(() => expect(gateway.asked).toHaveLength(1))
  })

  test('takes the secret that is declared now', async () => {
    await using gateway = await startDynamicGateway(() => true, SECRET)
    const { ask, stop } = create(layer, 60_000)
    // By the same socket, so that it is there when the second has its answer.
    const before = ask(to(gateway.port, 'the one before'), REQUEST)
    expect((await ask(to(gateway.port), REQUEST))?.isAcknowledged).toBe(true)
    await stop()
    expect(await before).toBeNull()
    expect(gateway.asked).toHaveLength(1)
  })

  test('many at once are told apart, beyond the limit one is not sent', async () => {
    await using gateway = await startDynamicGateway(() => null, SECRET)
    const { ask } = create(layer, 60_000)
    const all = Array.from({ length: 65 }, () => ask(to(gateway.port), REQUEST))
    expect(await all[64]).toBeNull()
    await soon(() => expect(gateway.asked).toHaveLength(64))
    expect(new Set(gateway.asked.map(({ bytes }) => bytes[1])).size).toBe(64)
  })

  test('a stop gives up what waits', async () => {
    await using gateway = await startDynamicGateway(() => null, SECRET)
    const asked = create(layer, 60_000).ask(to(gateway.port), REQUEST)
    await soon(() => expect(gateway.asked).toHaveLength(1))
    await asker?.stop()
    expect(await asked).toBeNull()
  })
})
