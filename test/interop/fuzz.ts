import assert from 'node:assert/strict'
import { fuzzDnsStreams } from '../fuzz/dns-streams.ts'
import { deafWays, internalFailures } from '../fuzz/good-queries.ts'
import { MEMORY_BOUND_BYTES, fuzzUdpPorts } from '../fuzz/udp-ports.ts'
import { dig } from '../support/peers/dig.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { Scenario } from './scenario.ts'

/** 100,000 damaged packets at each UDP port, 20,000 messages over each other way of DNS. */
export async function fuzz({ product, test }: Scenario): Promise<void> {
  const seed = Date.now() % 0x7fff_ffff
  const pid = product.running().pid
  console.log(`# npm run fuzz -- ${seed} sends the same packets again`)
  const report = await fuzzUdpPorts({ ports: product.ports, pid, seed })
  for (const { port, sent, replies, dropped, seconds, unearned } of report.ports) {
    console.log(
      `# ${port}: ${sent} sent, ${replies} replies, ${dropped} dropped unread, ${seconds.toFixed(1)} s`,
    )
    await test(`${port}: nothing is said to what cannot be authenticated`, () => {
      assert.deepEqual(unearned.slice(0, 3), [])
    })
    await test(`${port}: the packets were read`, () => {
      assert.ok(dropped < sent / 100, `${dropped} of ${sent} were dropped by the kernel`)
    })
  }
  for (const { way, sent, replies, connections, unearned } of await fuzzDnsStreams({
    ports: product.ports,
    seed,
  })) {
    console.log(`# DNS over ${way}: ${sent} sent, ${replies} replies, ${connections} connections`)
    await test(`DNS over ${way}: nothing comes back that is no answer`, () => {
      assert.deepEqual(unearned.slice(0, 3), [])
      assert.ok(replies > sent / 10, `${replies} replies`)
    })
  }
  await test('no message made the filter fail inside', async () => {
    assert.equal(await internalFailures(product.ports), 0)
  })
  await test('the process lives', () => {
    assert.ok(product.running().alive())
  })
  await test('its memory is flat', () => {
    const { warmBytes, endBytes } = report
    const grown = ((endBytes - warmBytes) / 1024 / 1024).toFixed(1)
    console.log(`# resident memory: ${grown} MiB more than after the warm-up`)
    assert.ok(endBytes - warmBytes < MEMORY_BOUND_BYTES, `${grown} MiB more than after the warm-up`)
  })
  await test('a good query, over each way, and a good login are still answered', async () => {
    assert.deepEqual(await deafWays(product.ports), [])
    assert.equal((await dig(product.ports.dns, 'www.example.com')).status, 'NOERROR')
    const attributes = ['User-Name = "bob"', 'User-Password = "hello"', 'Message-Authenticator = 0']
    const login = { port: product.ports.radius, secret: 'testing123', attributes }
    assert.equal((await radclient({ ...login, kind: 'auth' })).reply, 'Access-Accept')
  })
}
