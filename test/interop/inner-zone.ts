import assert from 'node:assert/strict'
import type { DnsAnswer } from '../support/peers/dig.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, start } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

type Ask = (source: string, ...question: readonly string[]) => Promise<DnsAnswer>

export const GUEST = '10.213.200.9'
export const STAFF = '10.213.200.209'

const ORGANISATION = `version: 1
organisation:
  name: Maison des Repas
  contact: wifi@example.org
  colour: '#7a1f3d'
`

/**
 * A zone of the house whose names a dnsmasq knows. The suite's internet has one of the same name with other
 * addresses: whoever sees one of those has been told what was asked outside.
 */
export async function innerZone(scenario: Scenario, ask: Ask): Promise<void> {
  const { product, folder, test } = scenario
  const port = await freePort()
  const inner = start(
    'dnsmasq',
    [
      'dnsmasq',
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts'],
      ...['--listen-address=127.0.0.1', '--bind-interfaces', '--user=root', '--pid-file='],
      ...[`--port=${port}`, '--local=/corp.example/', '--log-queries', '--log-facility=-'],
      ...['--host-record=files.corp.example,10.99.0.7', '--host-record=nas.corp.example,10.99.0.8'],
      '--local=/99.10.in-addr.arpa/',
    ],
    { folder },
  )
  const apply = async (filter: string): Promise<void> => {
    const file = folder.write('inner-zone.yaml', `${ORGANISATION}${filter}`)
    const { code, stdout, stderr } = await product.command('apply', file)
    assert.equal(code, 0, stdout + stderr)
  }
  const declared = `  filter: { forward: { corp.example: 127.0.0.1:${port}, 99.10.in-addr.arpa: 127.0.0.1:${port} } }\n`

  await test('a zone of the house: what was asked of the internet before is not remembered in it', async () => {
    const before = await ask(STAFF, 'files.corp.example')
    assert.match(before.answer.join('\n'), /198\.51\.100\.99$/, before.output)
    await apply(declared)
    await eventually(
      'staff have the name from inside',
      async () =>
        / 10\.99\.0\.7$/m.test((await ask(STAFF, 'files.corp.example')).answer.join('\n')),
      20_000,
    )
  })
  await test('its own server answers staff: addresses, names that are not there, addresses backwards', async () => {
    const { status } = await ask(STAFF, 'nothing.corp.example')
    assert.equal(status, 'NXDOMAIN')
    const reverse = await ask(STAFF, '-x', '10.99.0.8')
    assert.match(reverse.answer.join('\n'), /PTR nas\.corp\.example\.$/, reverse.output)
    const tcp = await ask(STAFF, '+tcp', 'nas.corp.example')
    assert.match(tcp.answer.join('\n'), / 10\.99\.0\.8$/)
  })
  await test('guests get no answer of it, and it is not even asked', async () => {
    const asked = inner.output().length
    for (const question of [['nas.corp.example'], ['corp.example', 'NS'], ['-x', '10.99.0.8']]) {
      const { status, answer, output } = await ask(GUEST, ...question)
      assert.equal(status, 'NXDOMAIN', output)
      assert.deepEqual(answer, [])
      assert.match(output, /EDE: 15 \(Blocked\): .*by=internal/)
    }
    assert.equal(inner.output().length, asked)
  })
  await test('lists check and doctor speak of its server', async () => {
    const staff = await product.command('lists', 'check', 'nas.corp.example', '--network', 'staff')
    assert.match(staff.stdout, new RegExp(`asked of 127\\.0\\.0\\.1:${port}, and of nobody else`))
    const guest = await product.command('lists', 'check', 'nas.corp.example')
    assert.match(guest.stdout, /is of the house and is not answered to guests/)
    const doctor = await product.command('doctor')
    assert.match(
      doctor.stdout,
      new RegExp(`well .* DNS server 127\\.0\\.0\\.1:${port} of the zone corp`),
    )
  })
  await test('with its server gone it fails, and is not asked of the internet', async () => {
    await inner.stop()
    // What was answered is remembered, and would be given.
    const { status, answer, output } = await ask(STAFF, 'fresh.corp.example', 'A')
    assert.equal(status, 'SERVFAIL', output)
    assert.deepEqual(answer, [])
    const doctor = await product.command('doctor')
    assert.match(doctor.stdout, /wrong .*of the zone corp\.example: there is no way to it/)
  })
  await apply('')
}
