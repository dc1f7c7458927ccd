import assert from 'node:assert/strict'
import { dig as ask, kdig as askWithKdig } from '../support/peers/dig.ts'
import type { DnsAnswer } from '../support/peers/dig.ts'
import type { Scenario } from './scenario.ts'

const ALLOWED = 'www.example.com'
const NAME = 'dns.example.org'

interface Way {
  readonly name: string
  readonly port: number
  readonly dig: readonly string[]
  readonly kdig: readonly string[]
}

/** Options of dig, as ISC's table of EDNS compliance has them, and what must be in what it prints. */
const TABLE: readonly (readonly [string, readonly string[], Readonly<Record<string, RegExp>>])[] = [
  ['dns', ['+noedns', '+nocookie'], { answered: /status: NOERROR/, plain: /ADDITIONAL: 0/ }],
  [
    'edns',
    ['+nocookie'],
    { answered: /status: NOERROR/, ours: /EDNS: version: 0, flags:; udp: 1232/ },
  ],
  [
    'edns1',
    ['+edns=1', '+noednsneg'],
    { refused: /status: BADVERS/, ours: /EDNS: version: 0/, empty: /ANSWER: 0/ },
  ],
  ['ednsopt', ['+ednsopt=100:cafe'], { answered: /status: NOERROR/, silent: /^(?!.*OPT=100)/s }],
  [
    'edns1opt',
    ['+edns=1', '+noednsneg', '+ednsopt=100:cafe'],
    { refused: /status: BADVERS/, silent: /^(?!.*OPT=100)/s },
  ],
  ['ednsflags', ['+ednsflags=0x0080'], { answered: /status: NOERROR/, zero: /^(?!.*MBZ)/s }],
  [
    'edns1flags',
    ['+edns=1', '+noednsneg', '+ednsflags=0x0080'],
    { refused: /status: BADVERS/, zero: /^(?!.*MBZ)/s },
  ],
  ['do', ['+dnssec'], { answered: /status: NOERROR/, back: /flags: do; udp/ }],
  [
    'edns1do',
    ['+edns=1', '+noednsneg', '+dnssec'],
    { refused: /status: BADVERS/, back: /flags: do; udp/ },
  ],
  ['edns@512', ['+bufsize=512'], { answered: /status: NOERROR/ }],
  ['nsid', ['+nsid'], { named: /NSID: [0-9a-f ]{2,}/ }],
  ['expire', ['+expire'], { answered: /status: NOERROR/, silent: /^(?!.*EXPIRE)/s }],
  [
    'subnet',
    ['+subnet=192.0.2.0/24'],
    { answered: /status: NOERROR/, silent: /^(?!.*CLIENT-SUBNET)/s },
  ],
  ['subnet of none', ['+subnet=0'], { answered: /status: NOERROR/ }],
  ['bad subnet', ['+ednsopt=8:00011900c0000240'], { refused: /status: FORMERR/ }],
  [
    'cookie',
    ['+cookie=0102030405060708'],
    { good: /COOKIE: 0102030405060708[0-9a-f]{32} \(good\)/ },
  ],
  ['short cookie', ['+nocookie', '+ednsopt=10:010203'], { refused: /status: FORMERR/ }],
  ['long cookie', ['+nocookie', `+ednsopt=10:${'01'.repeat(41)}`], { refused: /status: FORMERR/ }],
  [
    'optlist',
    ['+nsid', '+subnet=0', '+expire', '+cookie', '+ednsopt=100'],
    { answered: /status: NOERROR/, good: /\(good\)/ },
  ],
  ['zflag', ['+zflag'], { answered: /status: NOERROR/, zero: /^(?!.*MBZ)/s }],
  ['ad', ['+adflag'], { answered: /status: NOERROR/ }],
  ['cd', ['+cdflag'], { back: /flags:[a-z ]* cd[ ;]/ }],
  ['aa', ['+aaflag'], { answered: /status: NOERROR/, zero: /flags: qr rd ra;/ }],
  ['opcode 15', ['+opcode=15', '+noedns', '+norec'], { refused: /status: NOTIMP/ }],
  ['no question', ['+header-only', '+nocookie'], { refused: /status: FORMERR/ }],
  [
    'no question but a cookie',
    ['+header-only', '+cookie'],
    { answered: /status: NOERROR/, good: /\(good\)/ },
  ],
  ['an unknown type', ['-t', 'TYPE1000'], { answered: /status: NOERROR/ }],
]

/** ISC's table of EDNS compliance, by dig and kdig, over UDP, TCP, TLS and HTTPS. */
export async function dnsTransports({ product, dnsAuthority, test }: Scenario): Promise<void> {
  const { dns, dnsOverTls, dnsOverHttps } = product.ports
  const trust = [`+tls-ca=${dnsAuthority}`, `+tls-hostname=${NAME}`]
  const ways: readonly Way[] = [
    { name: 'UDP', port: dns, dig: ['+notcp', '+ignore'], kdig: ['+notcp'] },
    { name: 'TCP', port: dns, dig: ['+tcp'], kdig: ['+tcp'] },
    { name: 'TLS', port: dnsOverTls, dig: ['+tls', ...trust], kdig: ['+tls', ...trust] },
    {
      name: 'HTTPS',
      port: dnsOverHttps,
      dig: ['+https', ...trust],
      kdig: ['+https=/dns-query', ...trust],
    },
  ]
  for (const way of ways) await compliance(way, test)
  await encrypted(ways.slice(2), test)
}

async function compliance(way: Way, test: Scenario['test']): Promise<void> {
  const dig = (...args: readonly string[]): Promise<DnsAnswer> => ask(way.port, ...way.dig, ...args)
  const kdig = (...args: readonly string[]): Promise<DnsAnswer> =>
    askWithKdig(way.port, ...way.kdig, ...args)

  for (const [title, options, expected] of TABLE) {
    await test(`${way.name}: ${title}`, async () => {
      const { output } = await dig(...options, ALLOWED)
      for (const [what, pattern] of Object.entries(expected)) {
        assert.match(output, pattern, `${what}:\n${output}`)
      }
    })
  }
  await test(`${way.name}: a blocked name is blocked, with extended error 15`, async () => {
    const { status, output } = await dig('bad.example', 'TYPE65')
    assert.equal(status, 'NXDOMAIN', output)
    assert.match(output, /EDE: 15 \(Blocked\)/)
  })
  await test(`${way.name}: kdig gets an answer, a cookie and the name of the node`, async () => {
    const { output } = await kdig('+cookie=0102030405060708', '+nsid', ALLOWED)
    assert.match(output, /status: NOERROR/)
    assert.match(output, /COOKIE: 0102030405060708[0-9a-f]{32}/i)
    assert.match(output, /NSID: /)
  })
  await test(`${way.name}: what fits is whole, what does not is not cut`, async () => {
    const { flags, answer, output } = await dig('big.example.com', 'TXT')
    if (way.name === 'UDP') assert.ok(flags.includes('tc') && answer.length === 0, output)
    else assert.equal(answer.length, 30, output)
  })
}

async function encrypted(ways: readonly Way[], test: Scenario['test']): Promise<void> {
  for (const { name, port, dig, kdig } of ways) {
    await test(`${name}: answers are padded to 468 bytes for who pads (RFC 8467)`, async () => {
      const { output } = await ask(port, ...dig, '+padding=128', ALLOWED)
      assert.match(output, /MSG SIZE {2}rcvd: 468/, output)
      const unpadded = await ask(port, ...dig, ALLOWED)
      assert.doesNotMatch(unpadded.output, /MSG SIZE {2}rcvd: 468/)
    })
    await test(`${name}: who asks for another name does not trust us`, async () => {
      const other = kdig.map((word) => word.replace(NAME, 'dns.example.net'))
      const { status } = await askWithKdig(port, ...other, ALLOWED)
      assert.equal(status, null)
    })
  }
  const [tls, https] = ways
  await test('TLS: keep-alive says how long the connection may idle (RFC 7828)', async () => {
    const { output } = await ask(tls?.port ?? 0, ...(tls?.dig ?? []), '+keepalive', ALLOWED)
    assert.match(output, /TCP[- ]KEEPALIVE: 10\.0 secs/i, output)
  })
  await test('TLS: kdig asks three questions over one connection', async () => {
    const names = [ALLOWED, 'alias.example.com', 'bad.example']
    const { output } = await askWithKdig(
      tls?.port ?? 0,
      ...(tls?.kdig ?? []),
      '+keepopen',
      ...names,
    )
    assert.equal([...output.matchAll(/status: /g)].length, 3, output)
  })
  await test('HTTPS: GET as well as POST, and a token in the path', async () => {
    const trust = (https?.dig ?? []).filter((word) => word !== '+https')
    for (const method of ['+https-get=/dns-query', '+https=/dns-query/paris']) {
      const { status, output } = await ask(https?.port ?? 0, ...trust, method, ALLOWED)
      assert.equal(status, 'NOERROR', output)
    }
  })
}
