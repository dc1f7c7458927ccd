import { beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { parseMac } from '#core/mac.ts'
import { sourceAddress } from '#core/udp/source-address.ts'
import type { DisconnectResult, DisconnectTask } from '#db/disconnects.ts'
import type { Gateway } from '#db/gateways.ts'
import { createRadiusMetrics } from '../metrics.ts'
import type { RadsecConnection } from '../radsec/connection.ts'
import { createRotations } from '../rotations.ts'
import { gateway } from '../testing/server.ts'
import type { UdpAsker } from './ask-by-udp.ts'
import { createDisconnector } from './disconnector.ts'
import type { Disconnector, DisconnectTable } from './disconnector.ts'
import type { DynamicReply } from './dynamic-request.ts'
import { createLiveSessions } from './live-sessions.ts'
import { soon } from '../../test/support/soon.ts'

const COA = { port: 3799, secret: 'coa-secret', formerSecret: null } as const
const ACK: DynamicReply = { isAcknowledged: true, errorCause: null }
const TASK: DisconnectTask = {
  id: '1',
  gateway: 'gw-0042',
  mac: parseMac('02:00:5e:00:00:01'),
  account: null,
  form: null,
}

let waiting: DisconnectTask[]
let ended: (readonly [DisconnectTask, DisconnectResult])[]
let taken: (readonly string[])[][]
let gateways: Gateway[]
let connected: Map<string, Pick<RadsecConnection, 'ask'>>
let asked: string[]
let knows: (secret: string) => boolean
let reply: () => Promise<DynamicReply | null>
let table: DisconnectTable
let metrics: ReturnType<typeof createRadiusMetrics>
let disconnector: Disconnector

beforeEach(() => {
  waiting = [TASK]
  ended = []
  taken = []
  asked = []
  knows = () => true
  gateways = [gateway({ coa: COA })]
  connected = new Map()
  reply = () => Promise.resolve(ACK)
  table = {
    gatewaysToAsk: () => Promise.resolve(waiting.map((task) => task.gateway)),
    take: (own, byAddress) => {
      taken.push([own, byAddress])
      const mine = waiting.filter((task) => own.includes(task.gateway))
      waiting = waiting.filter((task) => !mine.includes(task))
      return Promise.resolve(mine)
    },
    end: (task, result) => {
      ended.push([task, result])
      return Promise.resolve()
    },
    endUnreachable: () => Promise.resolve(0),
  }
  const udp: UdpAsker = {
    ask: ({ address, port, secret }) => {
      asked.push(`${address.text} ${port}${secret === COA.secret ? '' : ` ${secret}`}`)
      return knows(secret) ? reply() : Promise.resolve(null)
    },
    stop: () => Promise.resolve(),
  }
  metrics = createRadiusMetrics(createMetrics())
  disconnector = createDisconnector({
    table,
    gateways: () => gateways,
    connections: { find: (name) => connected.get(name) as RadsecConnection | undefined },
    live: createLiveSessions(Date.now),
    rotations: createRotations(Date.now),
    udp,
    metrics,
    log: silentLog,
    clock: Date.now,
  })
})

async function settled(): Promise<void> {
  await soon(() => expect(disconnector.inWork).toBe(0))
}

describe('who sends a request', () => {
  test('sends it to the one address of the gateway, and records what came of it', async () => {
    await disconnector.look()
    await settled()
    expect(asked).toEqual(['127.0.0.1 3799'])
    expect(ended).toEqual([[TASK, { outcome: 'disconnected', errorCause: null, form: 'station' }]])
    expect(metrics.disconnects.disconnected.value).toBe(1)
  })

  test('asks with the secret before, if the new one is not answered, and then with that first', async () => {
    const former = { secret: 'old', until: Date.now() + 60_000 }
    const coa = { ...COA, secret: 'new', formerSecret: former }
    gateways = [gateway({ secret: 'new', formerSecret: former, coa })]
    knows = (secret) => secret === 'old'
    await disconnector.look()
    await settled()
    waiting = [TASK]
    await disconnector.look()
    await settled()
    expect(asked).toEqual(['127.0.0.1 3799 new', '127.0.0.1 3799 old', '127.0.0.1 3799 old'])
    expect(metrics.disconnects.disconnected.value).toBe(2)
  })

  test('does not ask with the secret before once its time is over', async () => {
    const former = { secret: 'old', until: Date.now() - 1 }
    const coa = { ...COA, secret: 'new', formerSecret: former }
    gateways = [gateway({ secret: 'new', formerSecret: former, coa })]
    knows = () => false
    await disconnector.look()
    await settled()
    expect(asked).not.toContain('127.0.0.1 3799 old')
    expect(metrics.disconnects['no-answer'].value).toBe(1)
  })

  test('takes the connection of the gateway, where it has one, and not its address', async () => {
    gateways = [gateway({ coa: COA, radsec: { by: 'psk', psk: 'k' } })]
    connected.set('gw-0042', { ask: () => Promise.resolve(ACK) })
    await disconnector.look()
    await settled()
    expect(asked).toEqual([])
    expect(taken).toEqual([[['gw-0042'], []]])
    expect(ended).toHaveLength(1)
  })

  test('leaves a gateway of RadSec that is connected elsewhere to who has it, at first', async () => {
    gateways = [gateway({ coa: COA, radsec: { by: 'psk', psk: 'k' } })]
    await disconnector.look()
    expect(taken).toEqual([[[], ['gw-0042']]])
  })

  test('leaves alone what it has no way to: no coa, no address, a range of them', async () => {
    const ways = [
      gateway(),
      gateway({ coa: COA, address: null, radsec: { by: 'psk', psk: 'k' } }),
      gateway({ coa: COA, address: '192.0.2.0/24' }),
    ]
    for (const way of ways) {
      gateways = [way]
      await disconnector.look()
    }
    expect(taken).toEqual([
      [[], []],
      [[], []],
      [[], []],
    ])
    expect(waiting).toEqual([TASK])
  })

  test('records a result that the database did not take when it is there again', async () => {
    const end = table.end
    table.end = () => Promise.reject(new Error('the database is away'))
    await disconnector.look()
    await settled()
    expect(ended).toEqual([])
    table.end = end
    await disconnector.look()
    expect(ended).toEqual([[TASK, expect.objectContaining({ outcome: 'disconnected' })]])
    await disconnector.look()
    expect(ended).toHaveLength(1)
  })

  test('gives up at a stop what is not answered, and records that', async () => {
    reply = () => new Promise(() => {})
    await disconnector.look()
    expect(disconnector.inWork).toBe(1)
    await disconnector.stop()
    expect(ended).toEqual([[TASK, { outcome: 'no-answer', errorCause: null, form: null }]])
  })

  test('ends a request whose sending failed, as one that nobody could send', async () => {
    reply = () => Promise.reject(new Error('no socket'))
    await disconnector.look()
    await settled()
    expect(ended[0]?.[1].outcome).toBe('unreachable')
  })

  test('does not wait for one gateway before the next is asked', async () => {
    const silent = Promise.withResolvers<null>()
    waiting = [TASK, { ...TASK, id: '2', gateway: 'gw-2' }]
    gateways = [gateway({ coa: COA }), gateway({ name: 'gw-2', address: '127.0.0.2/32', coa: COA })]
    reply = () => (asked.at(-1) === '127.0.0.1 3799' ? silent.promise : Promise.resolve(ACK))
    await disconnector.look()
    await soon(() => expect(ended).toHaveLength(1))
    expect(disconnector.inWork).toBe(1)
    silent.resolve(null)
    await settled()
    expect(ended).toHaveLength(2)
  })
})

test('an IPv6 gateway has one address too', async () => {
  gateways = [gateway({ coa: COA, address: '2001:db8::7/128' })]
  await disconnector.look()
  await settled()
  expect(asked).toEqual([`${sourceAddress('2001:db8::7')?.text} 3799`])
})
