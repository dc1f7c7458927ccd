import assert from 'node:assert/strict'
import { dig as ask, kdig as askWithKdig, readAnswer } from '../support/peers/dig.ts'
import type { DnsAnswer } from '../support/peers/dig.ts'
import { connect, createNamespace, hostDevice } from '../support/peers/namespaces.ts'
import { eventually, must, run } from '../support/peers/process.ts'
import { GUEST, innerZone, STAFF } from './inner-zone.ts'
import type { Scenario } from './scenario.ts'

const BLOCKED = 'bad.example'
const ALLOWED = 'www.example.com'

/** dig and kdig; the names that are not blocked come from an unbound with local data. */
export async function dns(scenario: Scenario): Promise<void> {
  const { product, test } = scenario
  const dig = (...args: readonly string[]): Promise<DnsAnswer> => ask(product.ports.dns, ...args)
  const kdig = (...args: readonly string[]): Promise<DnsAnswer> =>
    askWithKdig(product.ports.dns, ...args)

  // The house has just been declared: its list is compiled beside what serves.
  await eventually(
    'the list serves',
    async () => (await dig(BLOCKED)).status === 'NXDOMAIN',
    20_000,
  )
  for (const type of ['A', 'AAAA', 'TYPE65', 'TXT', 'MX', 'ANY']) {
    await test(`dig: a blocked name, type ${type}: NXDOMAIN, SOA, extended error 15`, async () => {
      const { status, flags, answer, authority, output } = await dig(BLOCKED, type)
      assert.equal(status, 'NXDOMAIN', output)
      assert.deepEqual(answer, [])
      assert.match(authority.join('\n'), /\sIN SOA\s/)
      assert.match(output, /EDE: 15 \(Blocked\)/)
      assert.ok(flags.includes('ra') && !flags.includes('ad'), flags.join(' '))
    })
  }
  await test('kdig: a blocked name says the same', async () => {
    const { status, authority, output } = await kdig('+edns', BLOCKED, 'TYPE65')
    assert.equal(status, 'NXDOMAIN', output)
    assert.match(authority.join('\n'), /\sIN SOA\s/i)
    assert.match(output, /EDE: 15 \(Blocked\)/)
  })
  await test('a sub-domain of a blocked name is blocked, whatever its case', async () => {
    const { status, output } = await dig('dEEp.Down.BAD.example', 'A')
    assert.equal(status, 'NXDOMAIN', output)
    assert.match(output, /^;dEEp\.Down\.BAD\.example\./m)
  })
  await test('a name that only ends in the same letters is not blocked', async () => {
    const { output } = await dig(`not${BLOCKED}`, 'A')
    assert.doesNotMatch(output, /EDE: 15/)
  })
  await test('an allowed name under a blocked one is answered', async () => {
    const { status, answer, output } = await dig('fine.worse.example', 'A')
    assert.equal(status, 'NOERROR', output)
    assert.match(answer.join('\n'), / IN A 198\.51\.100\.11$/)
  })
  await test('and the blocked one above it says no data, for NXDOMAIN would deny it too', async () => {
    // RFC 8020: a resolver that hears NXDOMAIN for a name need not ask for what is below it.
    const { status, answer, authority, output } = await dig('worse.example', 'A')
    assert.equal(status, 'NOERROR', output)
    assert.deepEqual(answer, [])
    assert.match(authority.join('\n'), /\sIN SOA\s/)
    assert.match(output, /EDE: 15 \(Blocked\)/)
    assert.equal((await dig('other.worse.example', 'A')).status, 'NXDOMAIN')
  })

  await test('dig: an allowed name is answered from upstream', async () => {
    const { status, answer, output } = await dig(ALLOWED, 'A')
    assert.equal(status, 'NOERROR', output)
    assert.match(answer.join('\n'), /^www\.example\.com\. \d+ IN A 198\.51\.100\.10$/)
  })
  await test('kdig: an allowed name is answered, AAAA too', async () => {
    const { status, answer, output } = await kdig(ALLOWED, 'AAAA')
    assert.equal(status, 'NOERROR', output)
    assert.match(answer.join('\n'), /IN AAAA 2001:db8::10$/)
  })
  await test('an alias is answered with its target', async () => {
    const { answer, output } = await dig('alias.example.com', 'A')
    assert.ok(
      answer.some((line) => line.includes(' IN CNAME www.example.com.')),
      output,
    )
  })
  await test('a name that does not exist is NXDOMAIN with the SOA of upstream, not blocked', async () => {
    const { status, output } = await dig('nothing.example.com', 'A')
    assert.equal(status, 'NXDOMAIN', output)
    assert.doesNotMatch(output, /EDE: 15/)
  })
  await test('the time to live of a cached answer goes down', async () => {
    const ttl = async (): Promise<number> =>
      Number((await dig(ALLOWED, 'A')).answer[0]?.split(' ')[1])
    const first = await ttl()
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const second = await ttl()
    assert.ok(second < first, `${first} then ${second}`)
  })

  await test('TCP: dig and kdig get the blocked and the allowed answer', async () => {
    assert.equal((await dig('+tcp', BLOCKED)).status, 'NXDOMAIN')
    assert.equal((await kdig('+tcp', ALLOWED)).status, 'NOERROR')
  })
  await test('TCP: three questions over one connection', async () => {
    const { output } = await dig('+tcp', '+keepopen', BLOCKED, ALLOWED, 'big.example.com', 'TXT')
    assert.equal([...output.matchAll(/status: /g)].length, 3, output)
  })
  await test('an answer that does not fit in UDP is truncated, and whole over TCP', async () => {
    const udp = await dig('+ignore', 'big.example.com', 'TXT')
    assert.ok(udp.flags.includes('tc'), udp.output)
    const tcp = await dig('big.example.com', 'TXT')
    assert.equal(tcp.answer.length, 30, tcp.output)
  })

  await test('EDNS: the answer offers our own size, and less than 512 is read as 512', async () => {
    for (const size of ['4096', '1232', '100']) {
      const { status, output } = await dig(`+bufsize=${size}`, BLOCKED)
      assert.equal(status, 'NXDOMAIN', output)
      assert.match(output, /; EDNS: version: 0, flags:; udp: 1232/)
    }
  })
  await test('EDNS: who does not send OPT gets none', async () => {
    const { status, output } = await dig('+noedns', BLOCKED)
    assert.equal(status, 'NXDOMAIN')
    assert.doesNotMatch(output, /OPT PSEUDOSECTION|EDE/)
  })
  await test('EDNS: version 1 is BADVERS', async () => {
    const { status, answer, output } = await dig('+edns=1', '+noednsnegotiation', BLOCKED)
    assert.equal(status, 'BADVERS', output)
    assert.deepEqual(answer, [])
    assert.match(output, /EDNS: version: 0/)
  })
  await test('EDNS: an unknown option and unknown flags are not sent back', async () => {
    const { output } = await dig('+nocmd', '+ednsopt=65001:c0ffee', '+ednsflags=0x4000', ALLOWED)
    assert.doesNotMatch(output, /65001|c0 ?ff ?ee|MBZ/i)
    assert.match(output, /EDNS: version: 0, flags:;/)
  })
  await test('EDNS: DO is copied', async () => {
    assert.match((await dig('+dnssec', BLOCKED)).output, /EDNS: version: 0, flags: do;/)
  })
  await test('NOTIFY, UPDATE and the CHAOS class get an error, not silence', async () => {
    assert.match((await dig('+opcode=NOTIFY', BLOCKED)).status ?? '', /NOTIMP|REFUSED/)
    assert.match((await dig('+opcode=UPDATE', BLOCKED)).status ?? '', /NOTIMP|REFUSED|FORMERR/)
    assert.match((await dig('version.bind', 'CH', 'TXT')).status ?? '', /REFUSED|NOTIMP|NOERROR/)
  })

  await placeOf(scenario)
}

/** The same question from the guest and from the staff network of one place. */
async function placeOf(scenario: Scenario): Promise<void> {
  const { product, test } = scenario
  await using place = await createNamespace('place')
  await connect(
    { namespace: place, device: 'eth0', address: '10.213.200.9/24' },
    { namespace: null, device: hostDevice('place'), address: '10.213.200.1/24' },
  )
  const second = `ip -n ${place.name} address add 10.213.200.209/24 dev eth0`
  await must(second.split(' '))
  const ask = async (source: string, ...question: readonly string[]): Promise<DnsAnswer> => {
    const where = ['-b', source, '-p', `${product.ports.dns}`, '@10.213.200.1']
    const command = ['dig', '+tries=1', '+time=6', ...where, ...question]
    const done = await run(command, { namespace: place.name })
    return readAnswer(done.stdout + done.stderr)
  }
  await test('a rule for guests blocks the guest network of a place', async () => {
    const { status, output } = await ask(GUEST, 'guests-may-not.example.com')
    assert.equal(status, 'NXDOMAIN', output)
    assert.match(output, /EDE: 15/)
  })
  await test('and leaves its staff network alone', async () => {
    const { status, answer, output } = await ask(STAFF, 'guests-may-not.example.com')
    assert.equal(status, 'NOERROR', output)
    assert.match(answer.join('\n'), /198\.51\.100\.12$/)
  })
  await innerZone(scenario, ask)
}
