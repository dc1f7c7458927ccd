import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { ListenAddress } from '#core/listen.ts'
import { LIMITS } from '../limits.ts'
import { wireQuery } from '../testing/asking.ts'
import { createFilter, rule } from '../testing/filter.ts'
import type { Filter } from '../testing/filter.ts'
import { oracle, summary } from '../testing/oracle.ts'
import { answerTo, questionOf, startUpstream } from '../testing/scripted-upstream.ts'
import type { Script } from '../testing/scripted-upstream.ts'
import { OVER_UDP } from '../via.ts'
import { soon } from '../../test/support/soon.ts'

const answers: Script = { udp: (query) => [{ bytes: answerTo(query) }] }
const silent: Script = { udp: () => [] }

function ask(filter: Filter, query: Uint8Array, source = '127.0.0.1'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    filter.server.handle(query, source, OVER_UDP, (answer) => {
      if (answer === null) reject(new Error('no answer'))
      else resolve(Buffer.from(answer))
    })
  })
}

async function hostOf(filter: Filter, query: Uint8Array): Promise<unknown> {
  return oracle.decode(await ask(filter, query)).answers[0]?.data
}

/** A port on which nothing listens. */
async function deadAddress(): Promise<ListenAddress> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return { host: '127.0.0.1', port }
}

describe('a question goes upstream', () => {
  test('with RD, our own OPT and nothing of the client: no id, case, option or subnet', async () => {
    await using upstream = await startUpstream(answers)
    const filter = await createFilter({ upstreams: [upstream.address] })
    const plain = wireQuery('WwW.Example.Net', { id: 0xbeef, flags: 0x0110 })
    plain.writeUInt16BE(1, 10)
    const subnet = Buffer.from(
      '00002904d0000080000 00b0008000700011800010203'.replaceAll(' ', ''),
      'hex',
    )
    const query = Buffer.concat([plain, subnet])
    const answer = await ask(filter, query)
    expect(summary(query, answer)).toMatchObject({
      rcode: 'NOERROR',
      flags: 'rd,ra,cd',
      question: 'kept',
      opt: '1232,do',
      options: '0',
    })
    const [asked] = upstream.asked.udp.map((bytes) => oracle.decode(bytes))
    expect(asked?.questions).toMatchObject([{ type: 'A' }])
    expect(asked?.questions[0]?.name).toMatch(/^www\.example\.net$/i)
    // AD asks whether the answer was validated.
    expect((asked?.flags ?? 0) & 0x7fff).toBe(0x0130)
    expect(asked?.additionals).toMatchObject([
      { type: 'OPT', udpPayloadSize: 1232, flags: 0x8000, options: [] },
    ])
    expect(upstream.asked.udp[0]?.readUInt16BE(0)).not.toBe(0xbeef)
  })

  test('from another port and with another id each time', async () => {
    await using upstream = await startUpstream(answers)
    const filter = await createFilter({ upstreams: [upstream.address] })
    for (let i = 0; i < 20; i++) await ask(filter, wireQuery(`host-${i}.example.net`))
    const ids = upstream.asked.udp.map((bytes) => bytes.readUInt16BE(0))
    expect(new Set(ids).size).toBeGreaterThan(17)
    expect(new Set(upstream.asked.ports).size).toBeGreaterThan(17)
    const inOrder = upstream.asked.ports.filter((port, i, all) => port === (all[i - 1] ?? 0) + 1)
    expect(inOrder.length).toBeLessThan(5)
  })

  test('once, for all who ask the same while it is on its way', async () => {
    await using upstream = await startUpstream(answers)
    const filter = await createFilter({ upstreams: [upstream.address] })
    const spellings = ['www.example.net', 'WWW.example.net', 'www.EXAMPLE.net']
    const queries = spellings.map((name, id) => wireQuery(name, { id }))
    const got = await Promise.all(queries.map((query) => ask(filter, query)))
    expect(upstream.asked.udp.length).toBe(1)
    got.forEach((answer, i) => {
      expect(answer.readUInt16BE(0)).toBe(i)
      expect(oracle.decode(answer).questions[0]?.name).toBe(spellings[i])
    })
    // And then not at all, as long as the TTL lasts.
    await ask(filter, wireQuery('www.example.net'))
    expect(upstream.asked.udp.length).toBe(1)
    expect(filter.metrics.cache.hit.value).toBe(1)
  })

  test('no more at once than there is room for, of all clients and of one: the rest are told', async () => {
    await using upstream = await startUpstream(silent)
    const filter = await createFilter({ upstreams: [upstream.address] })
    const query = wireQuery('www.example.net', { edns: true })
    const overload = { rcode: 'SERVFAIL', ede: '0:overload' }
    const waiting: Promise<Buffer>[] = []
    for (let i = 0; i < LIMITS.upstreamWaiters; i++) {
      waiting.push(ask(filter, query, `192.168.77.${i % 4}`))
    }
    // The question has no more room for anybody, the first client has none for any question.
    expect(summary(query, await ask(filter, query, '192.168.77.9'))).toMatchObject(overload)
    for (let i = LIMITS.upstreamWaiters / 4; i < LIMITS.upstreamPerClient; i++) {
      waiting.push(ask(filter, wireQuery(`host-${i}.example.net`), '192.168.77.0'))
    }
    const another = wireQuery('another.example.net', { edns: true })
    expect(summary(another, await ask(filter, another, '192.168.77.0'))).toMatchObject(overload)
    waiting.push(ask(filter, another, '192.168.77.1'))
    expect(filter.metrics.drops.overload.value).toBe(2)
    filter.forwarder.stop()
    await Promise.all(waiting)
  })
})

describe('an answer is only taken', () => {
  const other = questionOf(wireQuery('other.example.net'))

  test.each<[string, Script, number]>([
    [
      'with the id that was sent',
      {
        udp: (query) => [
          { bytes: answerTo(query, { host: 66, id: query.readUInt16BE(0) ^ 1 }) },
          { bytes: answerTo(query) },
        ],
      },
      1,
    ],
    [
      'with the question that was sent',
      {
        udp: (query) => [
          { bytes: answerTo(query, { host: 66, question: other }) },
          { bytes: answerTo(query) },
        ],
      },
      1,
    ],
    [
      'when it is an answer',
      {
        udp: (query) => [
          { bytes: query },
          { bytes: Buffer.of(1, 2, 3) },
          { bytes: answerTo(query) },
        ],
      },
      2,
    ],
    // The kernel throws it away for a connected socket: it is not even seen.
    [
      'from the port that was asked',
      {
        udp: (query, n) =>
          n === 0
            ? [{ bytes: answerTo(query, { host: 66 }), from: 'another port' }]
            : [{ bytes: answerTo(query) }],
      },
      0,
    ],
  ])('%s', async (_, script, mismatches) => {
    await using upstream = await startUpstream(script)
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.7')
    expect(filter.metrics.upstreamMismatches.value).toBe(mismatches)
  })

  test('over TCP once many false ones have come (RFC 5452)', async () => {
    await using upstream = await startUpstream({
      udp: (query) =>
        Array.from({ length: 20 }, (_, i) => ({ bytes: answerTo(query, { host: 66, id: i }) })),
      tcp: (query) => answerTo(query, { host: 8 }),
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.8')
  })

  test('when it is whole: one cut off counts as none', async () => {
    await using upstream = await startUpstream({
      udp: (query, n) => [{ bytes: answerTo(query).subarray(0, n === 0 ? -3 : undefined) }],
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.7')
    expect(filter.metrics.upstreamFailures.malformed.value).toBe(1)
  })
})

describe('when the answer', () => {
  test('is truncated, it is fetched over TCP', async () => {
    await using upstream = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, { flags: 0x8380 }) }],
      tcp: (query) => answerTo(query, { host: 9 }),
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.9')
    expect(upstream.asked.tcp.length).toBe(1)
  })

  test('says that EDNS is not understood, it is asked without', async () => {
    await using upstream = await startUpstream({
      udp: (query) =>
        query.readUInt16BE(10) === 1
          ? [
              {
                bytes: Buffer.concat([
                  query.subarray(0, 2),
                  Buffer.from('80010000000000000000', 'hex'),
                ]),
              },
            ]
          : [{ bytes: answerTo(query) }],
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net', { edns: true }))).toBe('198.51.100.7')
  })

  test('is late, it is asked for again', async () => {
    await using upstream = await startUpstream({
      udp: (query, n) => (n === 0 ? [] : [{ bytes: answerTo(query) }]),
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.7')
    expect(filter.metrics.upstreamFailures.timeout.value).toBe(1)
  })

  test('is a failure, the next upstream is asked', async () => {
    await using broken = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, { flags: 0x8182 }) }],
    })
    await using good = await startUpstream(answers)
    const filter = await createFilter({ upstreams: [broken.address, good.address] })
    expect(await hostOf(filter, wireQuery('www.example.net'))).toBe('198.51.100.7')
  })

  test('is a failure everywhere, the client gets SERVFAIL at once, and it is remembered', async () => {
    await using upstream = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, { flags: 0x8185 }) }],
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    const query = wireQuery('www.example.net', { edns: true })
    expect(summary(query, await ask(filter, query))).toMatchObject({ rcode: 'SERVFAIL' })
    await ask(filter, query)
    expect(upstream.asked.udp.length).toBe(1)
  })
})

describe('a dead upstream', () => {
  test('is passed over at once when its port is closed, and left alone for a while', async () => {
    await using good = await startUpstream(answers)
    const filter = await createFilter({ upstreams: [await deadAddress(), good.address] })
    for (let i = 0; i < 8; i++) {
      expect(await hostOf(filter, wireQuery(`host-${i}.example.net`))).toBe('198.51.100.7')
    }
    const failed = filter.metrics.upstreamFailures.unreachable.value
    expect(failed).toBe(LIMITS.upstreamFailuresBeforeRest)
  })

  test('that is the only one ends in SERVFAIL with EDE 23: there is no way to it', async () => {
    const filter = await createFilter({ upstreams: [await deadAddress()] })
    const query = wireQuery('www.example.net', { edns: true })
    expect(summary(query, await ask(filter, query))).toMatchObject({
      rcode: 'SERVFAIL',
      ede: '23',
      question: 'kept',
    })
  })

  test('that comes back is asked again after its rest', async () => {
    const time = { now: 1_000_000 }
    let isUp = false
    await using first = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, isUp ? { host: 1 } : { flags: 0x8180, id: 0 }) }],
    })
    await using second = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, { host: 2 }) }],
    })
    const upstreams = [first.address, second.address]
    const filter = await createFilter({ upstreams, clock: () => time.now })
    const asking = Array.from({ length: LIMITS.upstreamFailuresBeforeRest }, (_, i) =>
      hostOf(filter, wireQuery(`a-${i}.example.net`)),
    )
    expect(new Set(await Promise.all(asking))).toEqual(new Set(['198.51.100.2']))
    isUp = true
    expect(await hostOf(filter, wireQuery('b.example.net'))).toBe('198.51.100.2')
    time.now += LIMITS.upstreamRest + 1
    let asked = 0
    await soon(async () => {
      // Each another one: what the second said is remembered.
      asked += 1
      expect(await hostOf(filter, wireQuery(`c-${asked}.example.net`))).toBe('198.51.100.1')
    })
  })
})

describe('what the answer leads to', () => {
  const cname = (query: Buffer): Buffer => {
    const target = Buffer.from('\x07tracker\x03bad\x07example\x00', 'latin1')
    const record = Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, target.length])
    return Buffer.concat([answerTo(query).subarray(0, 12), questionOf(query), record, target])
  }
  const lists = { ads: { blocks: ['guest'], text: 'bad.example' } } as const

  test('is held against the lists as well, from upstream and from the cache', async () => {
    await using upstream = await startUpstream({ udp: (query) => [{ bytes: cname(query) }] })
    const filter = await createFilter({ upstreams: [upstream.address], lists })
    const query = wireQuery('www.shop.example.net', { edns: true })
    for (let i = 0; i < 2; i++) {
      expect(summary(query, await ask(filter, query))).toMatchObject({
        rcode: 'NXDOMAIN',
        an: '0',
        ede: expect.stringMatching(/^15:cat=ads;ref=/),
      })
    }
  })

  test('but not where a rule allows the name itself', async () => {
    await using upstream = await startUpstream({ udp: (query) => [{ bytes: cname(query) }] })
    const rules = [rule('allow', 'shop.example.net')]
    const filter = await createFilter({ upstreams: [upstream.address], lists, rules })
    const query = wireQuery('www.shop.example.net')
    expect(summary(query, await ask(filter, query))).toMatchObject({ rcode: 'NOERROR', an: '1' })
  })

  test('an inner address is not given to guests (DNS rebinding)', async () => {
    await using upstream = await startUpstream({
      udp: (query) => {
        const bytes = answerTo(query)
        bytes.set([192, 168, 1, 1], bytes.length - 4)
        return [{ bytes }]
      },
    })
    const filter = await createFilter({ upstreams: [upstream.address] })
    const query = wireQuery('router.example.net', { edns: true })
    expect(summary(query, await ask(filter, query))).toMatchObject({
      rcode: 'NOERROR',
      an: '0',
      ede: expect.stringMatching(/^15:by=private-address;ref=/),
    })
    const own = wireQuery('portal.example.org')
    expect(summary(own, await ask(filter, own))).toMatchObject({ rcode: 'NOERROR', an: '1' })
  })
})
