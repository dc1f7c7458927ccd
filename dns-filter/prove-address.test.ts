import { describe, expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { wireQuery } from './testing/asking.ts'
import { createFilter, rule } from './testing/filter.ts'
import type { Filter } from './testing/filter.ts'
import { oracle, summary } from './testing/oracle.ts'
import { startUpstream } from './testing/scripted-upstream.ts'
import { OVER_TCP, OVER_UDP } from './via.ts'
import type { Via } from './via.ts'

const HERE = '192.168.77.9'

function withCookie(query: Buffer, cookie: Uint8Array): Buffer {
  const option = Buffer.concat([Buffer.of(0, 10, 0, cookie.length), cookie])
  const out = Buffer.concat([query, option])
  out.writeUInt16BE(option.length, query.length - 2)
  return out
}

function cookieOf(answer: Uint8Array): Uint8Array {
  const [opt] = oracle.decode(Buffer.from(answer)).additionals
  const found = opt?.options?.find(({ code }) => code === 10)
  if (found === undefined) throw new Error('no cookie in the answer')
  return Uint8Array.from(found.data)
}

/** The answer that comes at once, or null when somebody was asked for it. */
function atOnce(filter: Filter, query: Uint8Array, via: Via = OVER_UDP): Uint8Array | null {
  let got: Uint8Array | null = null
  filter.server.handle(query, HERE, via, (answer) => (got = answer))
  return got
}

/** A filter whose upstream is silent and whose room for questions is half taken, from many addresses. */
async function busyFilter(address: { host: string; port: number }): Promise<Filter> {
  const filter = await createFilter({
    upstreams: [address],
    rules: [rule('block', 'bad.example')],
  })
  for (let i = 0; i <= LIMITS.upstreamQuestions / 2; i++) {
    filter.server.handle(wireQuery(`x${i}.example.net`), `10.0.0.${i % 100}`, OVER_UDP, () => {})
  }
  expect(filter.forwarder.isBusy).toBe(true)
  return filter
}

describe('with half the room for questions taken', () => {
  const query = wireQuery('www.example.org', { edns: true })

  test('who sends no cookie is led to TCP, and is asked for there', async () => {
    await using upstream = await startUpstream({ udp: () => [] })
    const filter = await busyFilter(upstream.address)
    const answer = atOnce(filter, query)
    expect(summary(query, answer ?? Buffer.alloc(0))).toMatchObject({ flags: 'tc,rd,ra', an: '0' })
    expect(answer?.length).toBeLessThanOrEqual(query.length)
    expect(filter.metrics.drops.unproven.value).toBe(1)
    expect(atOnce(filter, query, OVER_TCP)).toBeNull()
    filter.forwarder.stop()
  })

  test('who sends a client cookie gets BADCOOKIE and a server cookie, and with it an answer', async () => {
    await using upstream = await startUpstream({ udp: () => [] })
    const filter = await busyFilter(upstream.address)
    const client = withCookie(query, Buffer.alloc(8, 5))
    const refused = atOnce(filter, client)
    if (refused === null) throw new Error('no answer')
    expect(summary(client, refused)).toMatchObject({ rcode: 'BADCOOKIE', an: '0' })
    const proven = withCookie(query, cookieOf(refused))
    expect(atOnce(filter, proven)).toBeNull()
    filter.forwarder.stop()
  })

  test('what is blocked is answered as always', async () => {
    await using upstream = await startUpstream({ udp: () => [] })
    const filter = await busyFilter(upstream.address)
    const blocked = wireQuery('bad.example', { edns: true })
    expect(summary(blocked, atOnce(filter, blocked) ?? Buffer.alloc(0))['rcode']).toBe('NXDOMAIN')
    filter.forwarder.stop()
  })
})
