import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { eapolTest } from '../support/peers/eapol-test.ts'
import { eventually } from '../support/peers/process.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { RadclientAnswer } from '../support/peers/radclient.ts'
import { startRadsecproxy } from '../support/peers/radsecproxy.ts'
import type { Radsecproxy } from '../support/peers/radsecproxy.ts'
import { ownBytes } from '../fuzz/udp-queue.ts'
import { createTestAuthority, selfSigned } from '../support/gateway-certificate.ts'
import type { TestCertificate } from '../support/gateway-certificate.ts'
import { soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
/** As the certificate of a house whose public address is no name. */
const SERVER = 'radius.accueil.internal'
/** As many as a large house has places. */
const FLEET = 2000
const MAC = '02:00:5e:45:00:01'

/** radsecproxy as the gateway's end of RadSec, radclient and eapol_test behind it. */
export async function radsec({ product, folder, test }: Scenario): Promise<void> {
  const authority = await createTestAuthority('gateways')
  const foreign = await createTestAuthority('gateways')
  const named = await authority.issue('gw-0095', ['gw-0095.example.org'])
  const pinned = await selfSigned('gw-0096')
  const caFile = join(product.dataDir, 'eap-ca.pem')

  const declare = async (revoked: readonly string[]): Promise<void> => {
    const pem = folder.write('gateways-ca.pem', authority.declared.pem)
    const declaration = folder.write(
      'radsec.yaml',
      `version: 1
authorities:
  - { name: gateways, file: ${pem}, revoked: [${revoked.map((one) => `"${one}"`).join()}] }
sites:
  - code: "75-0095"
    name: Centre Pyrénées
    association: "75"
    networks:
      guest: { subnets: [192.168.90.0/24] }
      staff: { subnets: [192.168.91.0/24], vlan: 45 }
    gateways:
      - name: gw-0095
        secret: not-used-by-radsec
        kind: generic
        radsec: { name: gw-0095.example.org, authority: gateways }
      - name: gw-0096
        secret: not-used-by-radsec
        kind: generic
        radsec: { certificate: "sha256:${pinned.sha256}" }
`,
    )
    const done = await product.command('apply', declaration)
    assert.equal(done.code, 0, done.stdout + done.stderr)
  }
  const behind = (certificate: TestCertificate, tls: '1.2' | '1.3'): Promise<Radsecproxy> =>
    startRadsecproxy({
      folder,
      server: { port: product.ports.radsec, caFile, name: SERVER },
      certificate,
      tls,
    })
  const login = (port: number, waitSeconds = 5): Promise<RadclientAnswer> =>
    radclient({
      port,
      kind: 'auth',
      secret: SECRET,
      attributes: ['User-Name = "bob"', 'User-Password = "hello"', 'Message-Authenticator = 0x00'],
      waitSeconds,
    })
  /** The proxy answers nothing until its connection stands. */
  const accepted = (port: number): Promise<boolean> =>
    eventually(
      'Access-Accept',
      async () => (await login(port, 1)).reply === 'Access-Accept',
      60_000,
    )

  await declare([])
  for (const [tls, certificate, gateway] of [
    ['1.2', named, 'gw-0095'],
    ['1.3', named, 'gw-0095'],
    ['1.2', pinned, 'gw-0096'],
    ['1.3', pinned, 'gw-0096'],
  ] as const) {
    const how = `TLS ${tls}, ${gateway === 'gw-0095' ? 'a name' : 'a pinned certificate'}`
    await using proxy = await behind(certificate, tls)
    await test(`${how}: a login through radsecproxy is accepted, in the VLAN of its place`, async () => {
      await accepted(proxy.port)
      const { output } = await login(proxy.port)
      assert.match(output, /Tunnel-Private-Group-Id:0 = "45"/)
    })
    await test(`${how}: accounting is in the log under the gateway of the certificate`, async () => {
      const mac = MAC.replace(/..$/, tls === '1.2' ? '12' : '13')
      for (const status of ['Start', 'Stop']) {
        const { reply, output } = await radclient({
          port: proxy.port,
          kind: 'acct',
          secret: SECRET,
          attributes: [
            'User-Name = "bob"',
            `Acct-Session-Id = "${gateway}-${tls}"`,
            `Calling-Station-Id = "${mac}"`,
            `Acct-Status-Type = ${status}`,
          ],
        })
        assert.equal(reply, 'Accounting-Response', output)
      }
      await soon(async () => {
        const rows = await product.searchLogs('--mac', mac)
        assert.ok(
          rows.some((row) => row.gateway === gateway && row.stop !== null),
          JSON.stringify(rows),
        )
      })
    })
    await test(`${how}: EAP goes through with the same keys at both ends`, async () => {
      const { success, keysMatch, output } = await eapolTest({
        ...{ folder, port: proxy.port, secret: SECRET, identity: 'bob', password: 'hello' },
        ...{ caFile, tls },
      })
      assert.deepEqual(
        { success, keysMatch },
        { success: true, keysMatch: true },
        output.slice(-600),
      )
    })
  }

  for (const [what, make] of [
    ['of another authority of the same name', () => foreign.issue('x', ['gw-0095.example.org'])],
    ['of the right authority for no gateway', () => authority.issue('x', ['gw-9999.example.org'])],
    ['that nobody declared', () => selfSigned('gw-0096')],
  ] as const) {
    for (const tls of ['1.2', '1.3'] as const) {
      await test(`TLS ${tls}: a certificate ${what} is let nothing through`, async () => {
        const before = await refused(product.ports.metrics)
        await using proxy = await behind(await make(), tls)
        await eventually('a refusal', async () => (await refused(product.ports.metrics)) > before)
        assert.equal((await login(proxy.port, 1)).reply, null)
      })
    }
  }

  await test('a serial number that is revoked ends the connection that it has', async () => {
    await using proxy = await behind(named, '1.3')
    await accepted(proxy.port)
    await declare([named.serial])
    await eventually('silence', async () => (await login(proxy.port, 1)).reply === null, 20_000)
    assert.equal((await login(proxy.port, 1)).reply, null)
  })
  await manyIdle({ product, folder, test })
}

/** A fleet behind NAT, each with its own key, connected and saying nothing. */
async function manyIdle({
  product,
  folder,
  test,
}: Pick<Scenario, 'product' | 'folder' | 'test'>): Promise<void> {
  const names = Array.from({ length: FLEET }, (_, i) => `gw-idle-${i}`)
  const psk = (name: string): string => `the key of ${name} and no other`
  const gateways = names.map(
    (name) =>
      `      - { name: ${name}, secret: not-used, kind: generic, radsec: { psk: ${psk(name)} } }`,
  )
  const fleet = folder.write(
    'fleet.yaml',
    `version: 1
sites:
  - code: "75-0096"
    name: A fleet
    association: "75"
    gateways:
${gateways.join('\n')}
`,
  )
  const sockets: TLSSocket[] = []
  try {
    await test(`${FLEET} gateways, each with its own key, are connected at once`, async () => {
      const done = await product.command('apply', fleet)
      assert.equal(done.code, 0, done.stdout + done.stderr)
      await eventually(
        'the gateways in memory',
        async () => (await metric(product.ports.metrics, 'clients')) >= FLEET,
      )
      const before = ownBytes(product.running().pid)
      for (let at = 0; at < FLEET; at += 50) {
        const some = names.slice(at, at + 50)
        sockets.push(
          ...(await Promise.all(some.map((name) => keyed(product.ports.radsec, name, psk(name))))),
        )
      }
      await eventually(
        'all of them',
        async () => (await metric(product.ports.metrics, 'radsec_gateways')) === FLEET,
      )
      const each = Math.round((ownBytes(product.running().pid) - before) / FLEET / 1024)
      console.log(`# ${each} KiB of memory for each idle connection`)
      assert.ok(each < 128, `${each} KiB`)
    })
    await test('and a login over UDP is answered as before', async () => {
      const { reply } = await radclient({
        port: product.ports.radius,
        kind: 'auth',
        secret: SECRET,
        attributes: [
          'User-Name = "bob"',
          'User-Password = "hello"',
          'Message-Authenticator = 0x00',
        ],
      })
      assert.equal(reply, 'Access-Accept')
    })
    await test('their declaration withdrawn, all of them are gone', async () => {
      const none = folder.write(
        'no-fleet.yaml',
        'version: 1\nsites: [{ code: "75-0096", name: A fleet, association: "75" }]\n',
      )
      const done = await product.command('apply', none)
      assert.equal(done.code, 0, done.stdout + done.stderr)
      await eventually(
        'no connection',
        async () => (await metric(product.ports.metrics, 'radsec_connections')) === 0,
        30_000,
      )
    })
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

async function keyed(port: number, identity: string, psk: string): Promise<TLSSocket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ciphers: 'TLS_AES_128_GCM_SHA256',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity, psk: Buffer.from(psk) }),
  })
  // When the product closes it.
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  return socket
}

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^accueil_radius_${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

async function refused(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = /accueil_radius_radsec_handshakes_total\{outcome="unknown-gateway"\} (\d+)/.exec(
    text,
  )
  return Number(line?.[1] ?? 0)
}
