import { describe, expect, test } from 'vitest'
import type { ListKey } from '#db/list-keys.ts'
import { answer, block, record, soa, startPrimary, wire } from '../testing/zone-primary.ts'
import type { Script } from '../testing/zone-primary.ts'
import { signQuery } from './tsig.ts'
import { parseZoneUrl, transferZone } from './zone-transfer.ts'
import type { Transferred } from './zone-transfer.ts'

// BIND gives whole zones, differences and signatures in the scenario `zones`; here is what no server should do.

const NOW = Date.parse('2026-11-28T12:00:00Z')
const KEY: ListKey = { name: 'k.example', algorithm: 'hmac-sha512', secret: new Uint8Array(32) }

/** Says to each connection's question what the script says, and ends it. */
async function transfer(
  script: Script,
  more: { key?: ListKey; text?: string } = {},
): Promise<Transferred & { asked: number }> {
  await using primary = await startPrimary(script)
  const { key = null, text } = more
  const done = await transferZone({
    url: primary.url,
    ...{ key, allowPrivate: true, now: NOW },
    text: text === undefined ? null : Buffer.from(text),
  })
  return { ...done, asked: primary.asked() }
}

function textOf(done: Transferred): string {
  return done.kind === 'zone' ? Buffer.from(done.text).toString() : JSON.stringify(done)
}

const HEAD = '$ORIGIN rpz.example.\n@ SOA ns.example. h.example.'
const OWN = `${HEAD} 7 900 60 604800 60\nold.example CNAME .\nkept.example CNAME .\n`

describe('a zone transfer', () => {
  test('is a text of one record a line, over as many messages as it takes, each name as often as it comes', async () => {
    const done = await transfer((query) => [
      answer(query, [soa(8), block('a.example'), record('rpz.example', 2, wire('ns.example'))]),
      answer(query, [
        block('a.example'),
        record('b.example.rpz.example', 1, Buffer.from([192, 0, 2, 1])),
      ]),
      answer(query, [record('elsewhere.example', 5, Buffer.from([0])), soa(8)]),
    ])
    expect(textOf(done)).toBe(
      `${HEAD} 8 900 60 604800 60\na.example CNAME .\na.example CNAME .\nb.example TYPE1 \\# 4 c0000201\n`,
    )
    expect(done).toMatchObject({ refreshSeconds: 900, asked: 1 })
  })

  test.each<[string, Script, RegExp]>([
    [
      'ends before its end',
      (q) => [answer(q, [soa(8), block('a.example')])],
      /ended before its end/,
    ],
    [
      'ends with another serial',
      (q) => [answer(q, [soa(8), block('a.example'), soa(9)])],
      /different serials/,
    ],
    [
      'does not begin with the SOA',
      (q) => [answer(q, [block('a.example'), soa(8)])],
      /does not begin/,
    ],
    ['is of another zone', (q) => [answer(q, [soa(8, 'other.example')])], /SOA of another zone/],
    [
      'goes on after its end',
      (q) => [answer(q, [soa(8), block('a.example'), soa(8), soa(8)])],
      /after the end/,
    ],
    ['is refused', (q) => [answer(q, [], 5)], /REFUSED/],
    [
      'is an answer to something else',
      (q) => [answer(Buffer.from([q[0] ?? 0, ~(q[1] ?? 0)]), [soa(8)])],
      /no answer/,
    ],
    ['is cut within a record', (q) => [answer(q, [soa(8)]).subarray(0, 40)], /no answer/],
    ['has nothing in it', (q) => [answer(q, [])], /without records/],
    ['is nothing', () => [], /ended before its end/],
  ])('that %s is not taken', async (_, script, reason) => {
    expect(await transfer(script)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(reason),
    })
  })

  test('without a signature is not taken where there is a key', async () => {
    const whole: Script = (query) => [answer(query, [soa(8), block('a.example'), soa(8)])]
    expect(await transfer(whole, { key: KEY })).toMatchObject({
      reason: expect.stringMatching(/answers without a signature/),
    })
    // Signed by somebody with another secret, as if it were a query.
    const forged: Script = (query) =>
      whole(query).map(
        (m) => signQuery(m, { ...KEY, secret: Buffer.alloc(32, 1) }, NOW / 1000).message,
      )
    expect(await transfer(forged, { key: KEY })).toMatchObject({
      reason: expect.stringMatching(/a signature that does not fit/),
    })
  })
})

describe('differences of a zone', () => {
  test('change what is there, step by step', async () => {
    const done = await transfer(
      (query) => [
        answer(query, [soa(9), soa(7), block('old.example'), soa(8), block('new.example')]),
        answer(query, [soa(8), soa(9), block('newer.example'), soa(9)]),
      ],
      { text: OWN },
    )
    expect(textOf(done)).toBe(
      `${HEAD} 9 900 60 604800 60\nkept.example CNAME .\nnew.example CNAME .\nnewer.example CNAME .\n`,
    )
  })

  test.each([7, 6])('are none where the serial is %i, not above ours', async (serial) => {
    const done = await transfer((query) => [answer(query, [soa(serial)])], { text: OWN })
    expect(done).toMatchObject({ kind: 'unchanged', asked: 1 })
  })

  test('that are the whole zone are taken as that', async () => {
    const done = await transfer((q) => [answer(q, [soa(9), block('a.example'), soa(9)])], {
      text: OWN,
    })
    expect(textOf(done)).toBe(`${HEAD} 9 900 60 604800 60\na.example CNAME .\n`)
  })

  test.each<[string, (q: Buffer) => Buffer]>([
    ['are not done by the server', (q) => answer(q, [], 4)],
    [
      'take back what is not there',
      (q) => answer(q, [soa(9), soa(7), block('x.example'), soa(9), soa(9)]),
    ],
    ['skip a step', (q) => answer(q, [soa(9), soa(7), soa(8), soa(7), soa(9), soa(9)])],
  ])('that %s are left for the whole zone', async (_, first) => {
    let turn = 0
    const done = await transfer(
      (q) => [turn++ === 0 ? first(q) : answer(q, [soa(9), block('a.example'), soa(9)])],
      { text: OWN },
    )
    expect(textOf(done)).toBe(`${HEAD} 9 900 60 604800 60\na.example CNAME .\n`)
    expect(done.asked).toBe(2)
  })
})

test.each([
  ['rpz+axfr://192.0.2.1/rpz.example', '192.0.2.1 53 rpz.example'],
  ['rpz+axfr://[2001:db8::1]:5300/RPZ.example.', '2001:db8::1 5300 rpz.example'],
  ['rpz+axfr://ns.example:53/', null],
  ['rpz+axfr://ns.example:53/a/b', null],
  ['https://ns.example/rpz.example', null],
])('%s is the primary and zone %s', (url, expected) => {
  const parsed = parseZoneUrl(url)
  expect(parsed === null ? null : `${parsed.host} ${parsed.port} ${parsed.zoneText}`).toBe(expected)
})
