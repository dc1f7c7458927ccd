import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createTestAuthority } from '../support/gateway-certificate.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { signedPath } from '../support/peers/guest.ts'
import { eventually, repository, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import { radclient } from '../support/peers/radclient.ts'
import { startRsyslog } from '../support/peers/rsyslog.ts'
import type { Scenario } from './scenario.ts'

const GATEWAY = { name: 'gw-0098', secret: 's3cret-of-0098' }

/** The events that a security desk wants, but for a broken chain (db/alerts.db.test.ts), made to happen, as a real rsyslog has read them: RFC 5424 and JSON. */
export async function siem({ folder, upstream, test }: Scenario): Promise<void> {
  const authority = await createTestAuthority('Authority of the desk')
  const issued = await authority.issue('localhost', ['localhost'])
  const ca = folder.write('desk-ca.pem', authority.declared.pem)
  const ports = { tls: await freePort(), json: await freePort() }
  const files = {
    ca,
    certificate: folder.write('desk.pem', issued.pem),
    key: folder.write('desk.key', issued.keyPem),
  }
  await using rsyslog = await startRsyslog(folder, { ports, files })
  await using product = await createProduct(folder, { upstream })
  await product.start()
  const apply = async (text: string): Promise<void> => {
    const done = await product.command('apply', folder.write('siem.yaml', text))
    assert.equal(done.code, 0, done.stderr)
  }
  const told = async (kind: string): Promise<Readonly<Record<string, string>>> => {
    await product.command('jobs', 'run', 'alerts')
    const line = await eventually(
      () => `a line about ${kind}; rsyslog has ${JSON.stringify(rsyslog.received())}`,
      () => rsyslog.received().find(({ msgid }) => msgid === kind),
      30_000,
    )
    const object = await eventually(`an object about ${kind}`, () =>
      rsyslog.objects().find((one) => one['kind'] === kind),
    )
    assert.equal(line.app, 'accueil')
    assert.equal(line.facility, 'audit')
    assert.equal(line.severity, 'warning')
    assert.equal(object['id'], line.data['id'])
    return line.data
  }
  await apply(declaration(ports, authority.declared.pem))

  await test('a channel is tried: the message comes over TLS, read by rsyslog as RFC 5424 has it', async () => {
    const done = await product.command('alerts', 'test', 'siem')
    assert.equal(done.code, 0, done.stdout + done.stderr)
    await eventually('the trial', () => rsyslog.received().some(({ msgid }) => msgid === 'test'))
  })
  await test('a new administrator', async () => {
    await apply(
      `${declaration(ports, authority.declared.pem)}roles:\n  - { subject: "person:eve", role: national-admin }\n`,
    )
    assert.match((await told('role-granted'))['subject'] ?? '', /eve/)
  })
  await test('a sign-in outside the hours of its place', async () => {
    const { reply, output } = await radclient({
      ...{ port: product.ports.radius, kind: 'auth', secret: GATEWAY.secret },
      attributes: ['User-Name = "bob"', 'User-Password = "hello"', 'Message-Authenticator = 0x00'],
    })
    assert.equal(reply, 'Access-Accept', output)
    await eventually('the trace is written', async () => {
      const done = await product.command('radius', 'explain', '--user', 'bob', '--reason', 'test')
      return /bob/.test(done.stdout)
    })
    const data = await told('sign-in-outside-hours')
    assert.equal(data['account'], 'bob')
    assert.equal(data['site'], '75-0098')
  })
  await test('a pack of the log, approved by one and written by another', async () => {
    const as = (who: string, ...args: readonly string[]) =>
      run([process.execPath, join(repository, 'main.ts'), 'logs', 'export', ...args], {
        env: { ...product.env, SUDO_USER: who },
      })
    const asked = ['--user', 'bob', '--case', 'PV-98', '--reason', 'test']
    const request = await as('ada', ...asked, '--request')
    const [, code = ''] = /Request (\S+) is made/.exec(request.stdout) ?? []
    const approved = await as('eve', '--approve', code)
    assert.equal(approved.code, 0, approved.stdout + approved.stderr)
    const written = await as('ada', ...asked, '--out', folder.fresh('pack'))
    assert.equal(written.code, 0, written.stdout + written.stderr)
    assert.match((await told('log-export-approved'))['subject'] ?? '', /PV-98/)
    assert.match((await told('log-export'))['subject'] ?? '', /PV-98/)
  })
  await test('a gateway impersonated: by packets, and by links', async () => {
    for (let i = 0; i < 25; i += 1) {
      await radclient({
        ...{ port: product.ports.radius, kind: 'auth', secret: 'guessed', waitSeconds: 0.05 },
        attributes: ['User-Name = "bob"', 'User-Password = "x"', 'Message-Authenticator = 0x00'],
      })
      const path = signedPath({
        ...{ gateway: GATEWAY.name, secret: 'guessed' },
        ...{ mac: '02-00-00-00-00-98', ip: '10.98.0.9' },
      })
      assert.equal((await fetch(`${product.portalUrl}${path}`)).status, 403)
    }
    // What each process saw is written every three minutes, and when it stops.
    await product.stop()
    await product.start()
    assert.equal((await told('gateway-impersonated'))['gateway'], GATEWAY.name)
    await eventually('both ways', () => {
      const all = rsyslog.received().filter(({ msgid }) => msgid === 'gateway-impersonated')
      return all.length === 2 && all.some(({ data }) => data['subject'] === '/guest')
    })
  })
  await test('nothing of a password, a secret or a domain is in any of it', () => {
    const all = JSON.stringify([rsyslog.received(), rsyslog.objects()])
    for (const never of ['hello', 's3cret', 'guessed', 'example.com']) {
      assert.ok(!all.includes(never), never)
    }
  })
}

function declaration(ports: { readonly tls: number; readonly json: number }, ca: string): string {
  // Three days from now, so that it is closed at this moment in every zone.
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
  const other = days[(new Date().getDay() + 3) % 7] ?? 'sun'
  return `version: 1
organisation: { name: Maison des Repas, contact: wifi@example.org, colour: '#7a1f3d' }
associations:
  - { code: "75", name: Paris }
sites:
  - code: "75-0098"
    name: Centre Pigalle
    association: "75"
    opening: ["${other} 10:00-11:00"]
    networks:
      guest: { subnets: [10.98.0.0/24] }
      staff: { subnets: [10.98.1.0/24], vlan: 50 }
    gateways:
      - { name: ${GATEWAY.name}, address: 127.0.0.1/32, secret: ${GATEWAY.secret}, kind: generic }
accounts:
  - { username: bob, password: hello, groups: [staff] }
alerts:
  channels:
    - { name: siem, kind: syslog, host: localhost, port: ${ports.tls}, ca: ${JSON.stringify(ca)}, language: en }
    - { name: lines, kind: syslog, host: 127.0.0.1, port: ${ports.json}, transport: tcp, format: json }
`
}
