import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startCapture } from '../support/peers/capture.ts'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import { eapolRun } from '../support/peers/eapol-test.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import { startFreeRadiusRealm } from '../support/peers/freeradius-realm.ts'
import type { FreeRadiusRealm, RealmOptions } from '../support/peers/freeradius-realm.ts'
import { eventually } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { RadclientAnswer } from '../support/peers/radclient.ts'
import { startRadsecproxy, startRadsecproxyServer } from '../support/peers/radsecproxy.ts'
import { ttlsPap } from '../support/peers/wpa-supplicant.ts'
import { createTestAuthority } from '../support/gateway-certificate.ts'
import { soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

/** The same everywhere, so that tshark can open what is hidden with it. */
const SECRET = 'testing123'
const MAC = '02:00:5e:70:00:01'
const VISITORS_VLAN = '60'
const RADSEC_NAME = 'flr1.example.org'
const WRONG = [/malformed/i, /expert info \((warning|error)/i, /\[invalid/i, /wrong length/i]
/** Not the protocol's: loopback leaves checksums to the network card, and a peer that is stopped is gone. */
const OF_OTHERS = /expert info \(\w+\/(checksum|sequence)\)/i

/** FreeRADIUS as home server behind us and as proxy before us, radsecproxy as the top of a federation. */
export async function proxy({ upstream, folder, test }: Scenario): Promise<void> {
  const keyLog = folder.fresh('tls-keys.log')
  // Its own: the keys of its TLS connections are written down for tshark.
  await using product = await createProduct(folder, {
    upstream,
    env: { NODE_OPTIONS: `--tls-keylog=${keyLog}` },
  })
  await product.start()
  const { radius, radiusAcct, metrics } = product.ports
  const uni = await createCertificateAuthority(folder, 'uni')
  const certificate = await uni.issue('radius.uni.example')
  const federation = await createTestAuthority('federation')
  const theirs = await federation.issue(RADSEC_NAME, [RADSEC_NAME])
  const ours = await federation.issue('ours')
  const caFile = folder.write('federation-ca.pem', federation.declared.pem)
  const gateways = await createTestAuthority('gateways')
  const gatewaysCa = folder.write('gateways-ca.pem', gateways.declared.pem)
  const ofGateway = await gateways.issue('gw-0071', ['gw-0071.example.org'])

  const users = [{ name: 'eve@uni.example', password: 'sesame' }]
  const realm = (more: Partial<RealmOptions> = {}): Promise<FreeRadiusRealm> =>
    startFreeRadiusRealm(folder, {
      secret: SECRET,
      users,
      certificate,
      signsReplies: true,
      ...more,
    })
  const circle = { realm: 'circle.example', port: radius, acctPort: radiusAcct }
  const first = await realm({ proxyTo: circle })
  await using second = await realm()
  await using old = await realm({
    signsReplies: false,
    users: [{ name: 'eve@old.example', password: 'sesame' }],
  })
  await using before = await realm({ proxyTo: { ...circle, realm: 'restos.example' } })
  const home = { port: second.port, acctPort: second.acctPort, secret: SECRET }
  await using top = await startRadsecproxyServer({ folder, home, certificate: theirs, caFile })

  const byUdp = (name: string, { port, acctPort }: FreeRadiusRealm, more = ''): string =>
    `  - { name: ${name}, address: 127.0.0.1, port: ${port}, accounting_port: ${acctPort}, secret: ${SECRET}${more} }`
  const house = folder.write(
    'proxy.yaml',
    `version: 1
associations: [{ code: "75", name: Paris }]
authorities: [{ name: gateways, file: ${gatewaysCa} }]
sites:
  - code: "75-0070"
    name: Centre Gambetta
    association: "75"
    networks: { staff: { subnets: [192.168.70.0/24], vlan: 20 } }
    gateways:
      - { name: gw-0070, address: 127.0.0.1/32, secret: ${SECRET}, kind: generic, coa: { port: ${first.coaPort}, vendor: cisco } }
      - { name: gw-0071, secret: not-used-by-radsec, kind: generic, radsec: { name: gw-0071.example.org, authority: gateways } }
accounts: [{ username: bob@restos.example, password: hello, mschap: true }]
home_servers:
${byUdp('first', first)}
${byUdp('second', second)}
${byUdp('old', old, ', message_authenticator: optional')}
${byUdp('unsigned', old)}
  - name: top
    address: 127.0.0.1
    port: ${top.port}
    radsec:
      name: ${RADSEC_NAME}
      ca: ${caFile}
      certificate: ${folder.write('ours.pem', ours.pem)}
      key: ${folder.write('ours.key', ours.keyPem)}
realms:
  - { realm: uni.example, servers: [first, second], vlan: ${VISITORS_VLAN}, accounting: true, operator: restos.example }
  - { realm: old.example, servers: [old] }
  - { realm: unsigned.example, servers: [unsigned] }
  - { realm: circle.example, servers: [first] }
  - { realm: "*", servers: [top] }
  - { realm: restos.example, local: true }
`,
  )
  const udpPorts = [
    ...[radius, radiusAcct, first.coaPort, before.port],
    ...[first, second, old].flatMap(({ port, acctPort }) => [port, acctPort]),
  ]
  await using capture = await startCapture(folder, [...udpPorts, top.port, product.ports.radsec])
  const applied = await product.command('apply', house)
  assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  const login = (
    name: string,
    attributes: readonly string[] = ['User-Password = "sesame"'],
    port = radius,
    waitSeconds = 20,
  ): Promise<RadclientAnswer> =>
    radclient({
      port,
      kind: 'auth',
      secret: SECRET,
      attributes: [`User-Name = "${name}"`, ...attributes, 'Message-Authenticator = 0x00'],
      waitSeconds,
    })
  const ttls = (o: {
    readonly identity: string
    readonly password?: string
    readonly anonymous: string
    readonly tls: '1.2' | '1.3'
    readonly port?: number
    readonly ca?: string
  }): Promise<EapolTest> =>
    eapolRun({
      folder,
      port: o.port ?? radius,
      secret: SECRET,
      network: [
        ttlsPap({
          identity: o.identity,
          password: o.password ?? 'sesame',
          anonymous: o.anonymous,
          caFile: o.ca ?? uni.caFile,
          extra: [`phase1="tls_disable_tlsv1_3=${o.tls === '1.2' ? 1 : 0}"`],
        }),
      ],
    })
  const assertIn = ({ success, keysMatch, output }: EapolTest): void =>
    assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, output.slice(-900))

  await test('FreeRADIUS behind us: PAP, into the network for visitors, under the name with its realm', async () => {
    // What came before the places are known is not answered.
    const answer = await eventually('an accept', async () => {
      const one = await login('eve@uni.example', undefined, radius, 1)
      return one.reply === 'Access-Accept' ? one : null
    })
    assert.match(answer.output, /User-Name = "eve@uni.example"/)
    assert.match(answer.output, new RegExp(`Tunnel-Private-Group-Id:0 = "${VISITORS_VLAN}"`))
    assert.match(first.output(), /Operator-Name = "1restos.example"/)
  })
  await test('a wrong password is its no', async () => {
    const { reply, output } = await login('eve@uni.example', ['User-Password = "goodbye"'])
    assert.equal(reply, 'Access-Reject', output)
  })
  await test('CHAP, whose challenge was the authenticator', async () => {
    const { reply, output } = await login('eve@uni.example', ['CHAP-Password = "sesame"'])
    assert.equal(reply, 'Access-Accept', output)
  })
  for (const tls of ['1.2', '1.3'] as const) {
    await test(`TLS ${tls}: EAP-TTLS end to end by the outer identity, with the same keys at both ends`, async () => {
      const identity = { identity: 'eve@uni.example', anonymous: 'anonymous@uni.example' }
      assertIn(await ttls({ ...identity, tls }))
      const wrong = await ttls({ ...identity, tls, password: 'goodbye' })
      assert.equal(wrong.success, false)
      assert.match(wrong.output, /code=3 \(Access-Reject\)/)
    })
  }
  await test('PEAP-MSCHAPv2 end to end', async () => {
    const network = [
      'eap=PEAP',
      'anonymous_identity="anonymous@uni.example"',
      'identity="eve@uni.example"',
      'password="sesame"',
      'phase2="auth=MSCHAPV2"',
      `ca_cert="${uni.caFile}"`,
    ]
    assertIn(await eapolRun({ folder, port: radius, secret: SECRET, network }))
  })
  await test('replies without Message-Authenticator are taken where that is declared, and nowhere else', async () => {
    const { reply, output } = await login('eve@old.example')
    assert.equal(reply, 'Access-Accept', output)
    const unsigned = await login('eve@unsigned.example', undefined, radius, 1)
    assert.equal(unsigned.reply, null)
    assert.ok((await metric(metrics, 'home_reply_faults_total{fault="not-authentic"}')) > 0)
  })

  await test('accounting is in our log, and told to the home server', async () => {
    for (const status of ['Start', 'Stop']) {
      const { reply, output } = await radclient({
        port: radiusAcct,
        kind: 'acct',
        secret: SECRET,
        attributes: [
          'User-Name = "eve@uni.example"',
          'Acct-Session-Id = "s-0070"',
          `Calling-Station-Id = "${MAC}"`,
          `Acct-Status-Type = ${status}`,
        ],
      })
      assert.equal(reply, 'Accounting-Response', output)
    }
    await first.printed(/Accounting-Request[\s\S]*Acct-Status-Type = Stop/)
    await eventually(
      'both answered',
      async () => (await metric(metrics, 'home_accounting_total{outcome="answered"}')) === 2,
    )
    await soon(async () => {
      const [row] = await product.searchLogs('--mac', MAC)
      assert.equal(row?.user, 'eve@uni.example')
      assert.notEqual(row?.stop, null)
    })
  })

  await test('FreeRADIUS before us: PAP, and EAP-TTLS with the same keys at both ends', async () => {
    const bob = await login('bob@restos.example', ['User-Password = "hello"'], before.port)
    assert.equal(bob.reply, 'Access-Accept', bob.output)
    const ca = join(product.dataDir, 'eap-ca.pem')
    for (const tls of ['1.2', '1.3'] as const) {
      const identity = { identity: 'bob@restos.example', anonymous: 'anonymous@restos.example' }
      assertIn(await ttls({ ...identity, password: 'hello', tls, port: before.port, ca }))
    }
  })
  await test('Proxy-States of others come back as they were, in their order, and ours does not', async () => {
    const states = ['Proxy-State = 0x0102', 'Proxy-State = 0xff', 'Proxy-State = 0x0102']
    for (const [name, password] of [
      ['eve@uni.example', 'sesame'],
      ['bob@restos.example', 'hello'],
    ] as const) {
      const { output } = await login(name, [`User-Password = "${password}"`, ...states])
      const [, received = ''] = output.split(/^Received /m)
      const back = [...received.matchAll(/Proxy-State = (\S+)/g)].map(([, value]) => value)
      assert.deepEqual(back, ['0x0102', '0xff', '0x0102'], output)
    }
  })
  await test('two servers that point at each other end at once', async () => {
    const { reply, output } = await login('eve@circle.example')
    assert.equal(reply, 'Access-Reject', output)
    assert.equal(await metric(metrics, 'rejects_total{reason="proxy-loop"}'), 1)
  })

  await test('RadSec to radsecproxy: EAP-TTLS end to end, of a realm that nobody named', async () => {
    const identity = { identity: 'eve@uni.example', anonymous: 'anonymous@far.example' }
    for (const tls of ['1.2', '1.3'] as const) assertIn(await ttls({ ...identity, tls }))
  })
  await test('and through RadSec on both sides, from a radsecproxy at a place', async () => {
    await using place = await startRadsecproxy({
      folder,
      server: {
        port: product.ports.radsec,
        caFile: join(product.dataDir, 'eap-ca.pem'),
        name: 'radius.accueil.internal',
      },
      certificate: ofGateway,
      tls: '1.3',
    })
    await eventually('an answer of the place', async () => {
      const { reply } = await login('eve@uni.example', undefined, place.port, 2)
      return reply === 'Access-Accept'
    })
    const identity = { identity: 'eve@uni.example', anonymous: 'anonymous@far.example' }
    assertIn(await ttls({ ...identity, tls: '1.3', port: place.port }))
  })
  await test('Status-Server is answered on both ports', async () => {
    const status = {
      kind: 'status',
      secret: SECRET,
      attributes: ['Message-Authenticator = 0x00'],
    } as const
    assert.equal((await radclient({ ...status, port: radius })).reply, 'Access-Accept')
    assert.equal((await radclient({ ...status, port: radiusAcct })).reply, 'Accounting-Response')
  })
  await test('doctor asks each home server', async () => {
    const { stdout } = await product.command('doctor')
    for (const name of ['first', 'second', 'old', 'unsigned']) {
      assert.match(stdout, new RegExp(`well +home server ${name}`))
    }
  })
  await test('a gateway that says no to Disconnect is asked by CoA to let the device log in anew', async () => {
    const start = ['Acct-Session-Id = "s-0071"', 'Acct-Status-Type = Start']
    const station = `Calling-Station-Id = "${MAC.replace('01', '02')}"`
    const attributes = ['User-Name = "bob@restos.example"', station, ...start]
    await radclient({ port: radiusAcct, kind: 'acct', secret: SECRET, attributes })
    const { stdout, code } = await product.command(
      ...['radius', 'disconnect', '--user', 'bob@restos.example', '--reason', 'a test'],
    )
    assert.match(stdout, /disconnected \(cisco-reauthenticate\)/)
    assert.equal(code, 0, stdout)
  })

  await test('a home server that is killed is passed over for the second', async () => {
    await first.crash()
    const doctor = await product.command('doctor')
    assert.match(
      doctor.stdout,
      /wrong +home server first: 127.0.0.1: it does not answer Status-Server/,
    )
    const { reply, output } = await login('eve@uni.example')
    assert.equal(reply, 'Access-Accept', output)
    const identity = { identity: 'eve@uni.example', anonymous: 'anonymous@uni.example' }
    assertIn(await ttls({ ...identity, tls: '1.3' }))
  })
  await test('with the second gone too it is a reject, and soon at once', async () => {
    await second.crash()
    assert.equal((await login('eve@uni.example')).reply, 'Access-Reject')
    await eventually(
      'both left alone',
      async () =>
        (await metric(metrics, 'home_server_state{server="first"}')) === 2 &&
        (await metric(metrics, 'home_server_state{server="second"}')) === 2,
      60_000,
    )
    const asked = await metric(metrics, 'home_requests_total{event="sent"}')
    assert.equal((await login('eve@uni.example')).reply, 'Access-Reject')
    assert.equal(await metric(metrics, 'home_requests_total{event="sent"}'), asked)
  })
  await test('and one that is back is asked again', async () => {
    await using again = await realm({ ports: first })
    await eventually(
      'an accept',
      async () => (await login('eve@uni.example')).reply === 'Access-Accept',
      60_000,
    )
    await again.printed(/Received Status-Server/)
  })

  await test('tshark finds nothing malformed in all that went over the wire, RadSec opened', async () => {
    assert.ok(existsSync(keyLog), 'no TLS keys were written')
    await capture.end()
    const udp = await capture.radius(udpPorts, SECRET)
    const tls = await capture.radsec(top.port, keyLog)
    assert.match(
      tls,
      /Code: Access-Request \(1\)[\s\S]*EAP-Message[\s\S]*Code: Access-Accept \(2\)/,
    )
    const tlsOfPlace = await capture.radsec(product.ports.radsec, keyLog)
    assert.match(tlsOfPlace, /Code: Access-Accept \(2\)/)
    const shown = udp + tls + tlsOfPlace
    for (const [code, number] of Object.entries(CODES)) {
      assert.match(shown, new RegExp(`Code: ${code} \\(${number}\\)`), code)
    }
    const lines = shown.split('\n').filter((line) => !OF_OTHERS.test(line))
    // With what stands above it, which says what packet that was.
    const wrong = lines.flatMap((line, i) =>
      WRONG.some((pattern) => pattern.test(line)) ? [lines.slice(Math.max(0, i - 30), i + 1)] : [],
    )
    assert.deepEqual(wrong.slice(0, 2), [])
  })
  await first.stop()
}

/** What must have been among it. */
const CODES = {
  'Access-Request': 1,
  'Access-Accept': 2,
  'Access-Reject': 3,
  'Accounting-Request': 4,
  'Accounting-Response': 5,
  'Access-Challenge': 11,
  'Status-Server': 12,
  'Disconnect-Request': 40,
  'CoA-Request': 43,
}

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`accueil_radius_${name} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}
