import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dig } from '../support/peers/dig.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { startNamed } from '../support/peers/named.ts'
import { eventually, must } from '../support/peers/process.ts'
import { startUnbound } from '../support/peers/unbound.ts'
import type { Scenario } from './scenario.ts'

const ZONE = 'rpz.feed.example'
const NAMES = 4_000

/** Zones of others as lists, transferred from BIND; our policy as a zone, read by BIND and unbound. */
export async function zones(scenario: Scenario): Promise<void> {
  const { product, folder, test } = scenario
  const ours = product.ports.dns
  const text = [
    '$TTL 60',
    '@ IN SOA ns.feed.example. host.feed.example. 7 3600 600 86400 60',
    '@ IN NS ns.feed.example.',
    'evil.test-feed.example CNAME .',
    '*.evil.test-feed.example CNAME .',
    'nothing.test-feed.example CNAME *.',
    'good.evil.test-feed.example CNAME rpz-passthru.',
    '32.1.2.0.192.rpz-ip CNAME .',
    'rewritten.test-feed.example A 192.0.2.7',
    ...Array.from({ length: NAMES }, (_, i) => `n${i}.many.test-feed.example CNAME .`),
    '',
  ].join('\n')
  await using named = await startNamed(folder, await freePort(), ZONE, text)
  const url = (port: number): string => `rpz+axfr://127.0.0.1:${port}/${ZONE}`
  const add = (port: number, keyFile: string) =>
    product.command(
      ...['lists', 'add', 'feed', '--url', url(port), '--tsig-file', keyFile, '--allow-private'],
    )
  const refresh = () => product.command('lists', 'refresh', 'feed')

  await test('a zone of BIND is transferred with its key, and what it cannot mean is counted', async () => {
    const added = await add(named.port, named.keyFile)
    assert.equal(added.code, 0, added.stdout + added.stderr)
    assert.match(
      added.stdout,
      /feed: 4004 names in 4008 lines; 2 lines .*1 policy action, 1 trigger/,
    )
    assert.match(named.output(), /AXFR started: TSIG feed\.example/)
  })
  await test('and blocks as it says', async () => {
    await eventually(
      'the zone serves',
      async () => /EDE: 15/.test((await dig(ours, 'www.evil.test-feed.example')).output),
      20_000,
    )
    const { output } = await dig(ours, `n${NAMES - 1}.many.test-feed.example`)
    assert.match(output, /EDE: 15 \(Blocked\): .*cat=feed/)
  })
  await test('when nothing has changed only its serial is asked for', async () => {
    const { stdout, code } = await refresh()
    assert.equal(code, 0)
    assert.match(stdout, /feed: as it was/)
  })
  await test('what has changed comes as differences, and counts', async () => {
    await named.change([
      `update delete evil.test-feed.example.${ZONE}. CNAME`,
      `update delete *.evil.test-feed.example.${ZONE}. CNAME`,
      `update add new.test-feed.example.${ZONE}. 60 CNAME .`,
    ])
    await named.change([`update add newer.test-feed.example.${ZONE}. 60 CNAME .`])
    const { stdout, stderr, code } = await refresh()
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /feed: 4004 names/)
    assert.match(named.output(), /IXFR started: TSIG feed\.example/)
    await eventually(
      'the change serves',
      async () => {
        const [newer, evil] = [
          await dig(ours, 'newer.test-feed.example'),
          await dig(ours, 'evil.test-feed.example'),
        ]
        return /EDE: 15/.test(newer.output) && !/EDE: 15/.test(evil.output)
      },
      20_000,
    )
  })
  await test('a key of HMAC-SHA512 is as good', async () => {
    const added = await product.command(
      ...['lists', 'add', 'long', '--url', url(named.port), '--category', 'feed'],
      ...['--tsig-file', named.longKeyFile, '--allow-private'],
    )
    assert.equal(added.code, 0, added.stdout + added.stderr)
    assert.match(named.output(), /XFR started: TSIG long\.example/)
    assert.equal((await product.command('lists', 'remove', 'long')).code, 0)
  })
  await test('who has another secret is refused, and the last good stays', async () => {
    const stdout = await must(['tsig-keygen', '-a', 'hmac-sha256', 'feed.example'])
    const added = await add(named.port, folder.write('wrong.key', stdout))
    assert.notEqual(added.code, 0)
    assert.match(added.stdout, /refuses the key: BADSIG.*What was in force stays/)
    const unknown = stdout.replace('feed.example', 'other.example')
    const other = await add(named.port, folder.write('other.key', unknown))
    assert.match(other.stdout, /refuses the key: BADKEY/)
  })
  await test('a transfer that is cut leaves what was there', async () => {
    assert.equal((await add(named.port, named.keyFile)).code, 0)
    await using relay = await startCutter(named.port, 100)
    const cut = await add(relay.port, named.keyFile)
    assert.notEqual(cut.code, 0)
    assert.match(cut.stdout, /it ended before its end. What was in force stays/)
    const checked = await product.command('lists', 'check', 'n7.many.test-feed.example')
    assert.match(checked.stdout, /is blocked:\n  list feed \(feed\), line \d+/)
  })
  await test('without allow-private an address inside is not asked', async () => {
    const { stdout, code } = await product.command(
      'lists',
      'add',
      'inside',
      '--url',
      url(named.port),
    )
    assert.notEqual(code, 0)
    assert.match(stdout, /is an address inside/)
    await product.command('lists', 'remove', 'inside')
  })

  await test('the policy of the guests as a zone is what BIND takes, and unbound blocks by it', async () => {
    await add(named.port, named.keyFile)
    const file = folder.write('policy.zone', '')
    const exported = await product.command(
      ...['filter', 'export', '--site', '75-0042', '--zone', 'rpz.out', '--out', file],
    )
    assert.equal(exported.code, 0, exported.stderr)
    await must(['named-checkzone', '-k', 'fail', 'rpz.out', file])
    const port = await freePort()
    const unbound = await startUnbound(folder, port, [
      'module-config: "respip iterator"',
      'local-zone: "." transparent',
      ...['fine.worse.example', 'allowed.example', 'bad.example'].flatMap((name) => [
        `local-zone: "${name}." transparent`,
      ]),
      'do-not-query-localhost: no',
      'rpz:',
      '  name: "rpz.out"',
      `  zonefile: "${file}"`,
      'forward-zone:',
      '  name: "."',
      `  forward-addr: ${scenario.upstream.replace(':', '@')}`,
      'server:',
    ])
    try {
      for (const name of ['bad.example', 'x.bad.example', 'n7.many.test-feed.example']) {
        const { status, output } = await dig(port, name)
        assert.equal(status, 'NXDOMAIN', output)
      }
      const fine = await dig(port, 'fine.worse.example')
      assert.match(fine.answer.join('\n'), /198\.51\.100\.11/, fine.output)
      const { status } = await dig(port, 'www.example.com')
      assert.equal(status, 'NOERROR')
    } finally {
      await unbound.stop()
    }
  })
}

/** Ends each connection after so many bytes of what the server says. */
async function startCutter(to: number, bytes: number) {
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    let left = bytes
    client.on('error', () => {}).pipe(upstream)
    upstream
      .on('error', () => {})
      .on('data', (chunk: Buffer) => {
        client.write(chunk.subarray(0, left))
        left -= chunk.length
        if (left <= 0) {
          client.end()
          upstream.destroy()
        }
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
