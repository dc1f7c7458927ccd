import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainBrowser } from '../support/peers/browser.ts'
import type { BrowserPage } from '../support/peers/browser.ts'
import { eapolRun } from '../support/peers/eapol-test.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import { startEvilTwin } from '../support/peers/evil-twin.ts'
import { must, run } from '../support/peers/process.ts'
import { profileReaders } from '../support/peers/profile-readers.ts'
import type { ReadProfile } from '../support/peers/profile-readers.ts'
import { startRelay } from '../support/peers/radius-relay.ts'
import { acceptedOf, idOf, letIn, refused, revoke, signIn, soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const VERSIONS = ['1.2', '1.3'] as const
type Tls = (typeof VERSIONS)[number]
type Devices = ReadonlyMap<string, ReadProfile>
const MAKE = '/staff/devices/new'
const SERVER = 'radius.accueil.internal'

const DECLARATION = `version: 1
enrolment: { realm: restos.example, ssids: [Maison Staff] }
accounts:
  - { username: bob, password: hello, groups: [staff] }
  - { username: carol, password: carols-own-password, groups: [staff] }
`

/** A person signs in, enrols devices, and each profile is read and used by programs that we did not write. */
export async function enrolment({ product, folder, test }: Scenario): Promise<void> {
  const url = product.portalUrl
  const apply = async (yaml: string): Promise<void> => {
    const applied = await product.command('apply', folder.write('enrolment.yaml', yaml))
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  }
  const ca = async (...words: readonly string[]): Promise<string> => {
    const done = await product.command('ca', ...words)
    assert.equal(done.code, 0, done.stdout + done.stderr)
    return done.stdout
  }
  const fetched = async (path: string): Promise<Buffer> =>
    Buffer.from(await (await fetch(`${url}${path}`)).arrayBuffer())
  const rootsFile = folder.fresh('enrolment-roots.pem')
  const readers = profileReaders(folder, rootsFile)
  const browser = plainBrowser()
  let station = 0

  async function logIn(
    device: ReadProfile,
    tls: Tls,
    more: { port?: number; again?: number } = {},
  ): Promise<EapolTest> {
    station += 1
    return eapolRun({
      folder,
      port: more.port ?? product.ports.radius,
      secret: 'testing123',
      again: more.again ?? 0,
      arguments: ['-M', `02:00:5e:30:00:${station.toString(16).padStart(2, '0')}`],
      network: [
        'eap=TLS',
        `identity="${device.identity}"`,
        `ca_cert="${device.roots}"`,
        `client_cert="${device.certificate}"`,
        `private_key="${device.key}"`,
        `domain_suffix_match="${device.serverName}"`,
        `phase1="tls_disable_tlsv1_3=${tls === '1.2' ? 1 : 0}"`,
      ],
    })
  }

  async function enrol(
    way: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<BrowserPage> {
    const form = await browser.open(`${url}${MAKE}?way=${way}`)
    return browser.submit(form, MAKE, { name: `${way} ${station}`, kind: 'laptop', ...more })
  }

  await test('the network is declared, and a person signs in', async () => {
    await apply(DECLARATION)
    await signIn(browser, url)
    writeFileSync(rootsFile, await fetched('/pki/roots.pem'))
    await soon(async () => {
      const page = await browser.open(`${url}${MAKE}?way=linux`)
      assert.equal(page.status, 200)
    })
  })

  const devices = new Map<string, ReadProfile>()
  const READERS = [
    ['apple', readers.apple, 'openssl cms and plistlib'],
    ['windows', readers.windows, 'xmllint with the schemas'],
    ['android', readers.eapConfig, 'xmllint with the schema'],
    ['chromeos', readers.chromeOs, 'jsonschema'],
    ['linux', readers.networkManager, 'sh and nmcli'],
  ] as const
  for (const [way, read, by] of READERS) {
    await test(`the profile for ${way} is read by ${by}, and pins roots and name`, async () => {
      const page = await enrol(way)
      assert.equal(page.status, 200, page.body)
      const device = await read(page.octets)
      assert.equal(device.serverName, SERVER)
      if (way !== 'windows') assert.equal(device.identity, 'anonymous@restos.example')
      const pinned = readFileSync(device.roots, 'utf8')
      assert.equal(pinned.trim(), readFileSync(rootsFile, 'utf8').trim())
      devices.set(way, device)
    })
    for (const tls of VERSIONS) {
      await test(`the certificate in the profile for ${way} opens the network, TLS ${tls}`, async () => {
        letIn(await logIn(deviceOf(devices, way), tls))
      })
    }
  }
  await test('a PKCS #12 opens with the passphrase of its page, and its certificate opens the network', async () => {
    const form = await browser.open(`${url}${MAKE}?way=pkcs12`)
    const passphrase = /name="passphrase" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
    const page = await browser.submit(form, MAKE, { name: 'By hand', kind: 'laptop' })
    const files = await readers.opened(page.octets, passphrase)
    letIn(await logIn({ ...deviceOf(devices, 'linux'), ...files }, '1.3'))
  })
  await test('a request of openssl gets a certificate for its key', async () => {
    const [key, request, certificate] = ['key', 'csr', 'pem'].map((end) =>
      folder.fresh(`own.${end}`),
    )
    await must([
      ...['openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=whatever'],
      ...['-keyout', key ?? '', '-out', request ?? ''],
    ])
    const page = await enrol('request', { request: readFileSync(request ?? '', 'utf8') })
    assert.equal(page.status, 200, page.body)
    writeFileSync(certificate ?? '', page.octets)
    const own = { certificate: certificate ?? '', key: key ?? '' }
    letIn(await logIn({ ...deviceOf(devices, 'linux'), ...own }, '1.3'))
  })

  await test('an evil twin with a certificate for the right name, of another authority, gets nothing', async () => {
    const twin = await startEvilTwin(folder, SERVER)
    try {
      for (const tls of VERSIONS) {
        const done = await logIn(deviceOf(devices, 'linux'), tls, { port: twin.port })
        assert.equal(done.success, false)
        assert.match(done.output, /certificate verify failed|unknown CA/i)
      }
    } finally {
      await twin.stop()
    }
  })
  await test('a device with a password of its own comes in, and no further once revoked', async () => {
    const page = await enrol('password', { kind: 'till' })
    const username = /device-[a-z2-9]{16}@restos\.example/.exec(page.body)?.[0] ?? ''
    const password = /name="password" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const byPassword = (): Promise<EapolTest> =>
      eapolRun({
        ...{ folder, port: product.ports.radius, secret: 'testing123' },
        network: [
          ...[
            'eap=TTLS',
            `identity="${username}"`,
            'anonymous_identity="anonymous@restos.example"',
          ],
          ...[`password="${password}"`, 'phase2="auth=PAP"', `ca_cert="${rootsFile}"`],
          `domain_suffix_match="${SERVER}"`,
        ],
      })
    await soon(async () => letIn(await byPassword()))
    await revoke(browser, url, username.slice('device-'.length, 'device-'.length + 16))
    await soon(async () => refused(await byPassword(), 0))
  })

  await statuses({ folder, test, url, rootsFile, devices, fetched })
  for (const tls of VERSIONS) {
    await test(`a device that is revoked between two logins is out, new and resumed, TLS ${tls}`, async () => {
      const way = tls === '1.2' ? 'apple' : 'android'
      const device = deviceOf(devices, way)
      await using relay = await startRelay(product.ports.radius)
      const resuming = logIn(device, tls, { port: relay.port, again: 1 })
      await acceptedOf(relay, resuming)
      await revoke(browser, url, await idOf(device))
      // The memory of who is revoked is one, of what is new and of what is resumed.
      await soon(async () => refused(await logIn(device, tls), 0))
      relay.release()
      refused(await resuming, 1)
    })
  }
  await test('OCSP and the list say which is revoked', async () => {
    assert.match(await ocsp(folder, url, rootsFile, devices), /: revoked/)
    assert.match(await verified(folder, rootsFile, devices, fetched), /certificate revoked/)
  })

  await test('a rotation: both generations of devices come in before the server goes over', async () => {
    const said = await ca('rotate')
    assert.match(said, /Generation 2/)
    const page = await soon(async () => {
      const made = await readers.networkManager((await enrol('linux')).octets)
      const roots = readFileSync(made.roots, 'utf8').match(/BEGIN CERTIFICATE/g) ?? []
      assert.equal(roots.length, 2)
      return made
    })
    devices.set('second', page)
    for (const tls of VERSIONS) {
      letIn(await logIn(deviceOf(devices, 'linux'), tls))
      letIn(await logIn(deviceOf(devices, 'second'), tls))
    }
  })
  await test('a rotation: once it has gone over, who enrolled or renewed meanwhile comes in, and nobody else is shown a password', async () => {
    await ca('move', '2', '--server-from', '2026-01-01')
    await soon(async () => refused(await logIn(deviceOf(devices, 'linux'), '1.3'), 0))
    for (const tls of VERSIONS) letIn(await logIn(deviceOf(devices, 'second'), tls))
    // What the device pins is what is old, not what it shows.
    const renewed = { ...deviceOf(devices, 'linux'), roots: deviceOf(devices, 'second').roots }
    letIn(await logIn(renewed, '1.3'))
  })
  await test('an authority of the organisation signs the key below its root, and its devices come in', async () => {
    await above({ folder, ca })
    const made = await soon(async () => {
      const read = await readers.networkManager((await enrol('linux')).octets)
      assert.match(
        readFileSync(read.roots, 'utf8'),
        /(?:-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\s*){2}/,
      )
      return read
    })
    letIn(await logIn(made, '1.3'))
    await ca('move', '3', '--server-from', '2026-01-02')
    await soon(async () => letIn(await logIn(made, '1.2')))
    letIn(await logIn(made, '1.3'))
  })
  await test('the first generation serves again, for the other scenarios', async () => {
    for (const generation of ['2', '3']) await ca('move', generation, '--server-from', '2040-01-01')
    await soon(async () => letIn(await logIn(deviceOf(devices, 'linux'), '1.3')))
    const house = join(import.meta.dirname, 'fixture/house.yaml')
    const applied = await product.command('apply', house)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  })
}

/** Where a certificate says that it can be asked about, openssl asks. */
async function statuses({
  folder,
  test,
  url,
  rootsFile,
  devices,
  fetched,
}: Pick<Scenario, 'folder' | 'test'> & {
  readonly url: string
  readonly rootsFile: string
  readonly devices: Devices
  readonly fetched: (path: string) => Promise<Buffer>
}): Promise<void> {
  await test('openssl asks OCSP by POST, and the list verifies', async () => {
    assert.match(await ocsp(folder, url, rootsFile, devices), /: good/)
    assert.match(await verified(folder, rootsFile, devices, fetched), /: OK/)
  })
}

function issuerOf(folder: Scenario['folder'], devices: Devices): string {
  const device = deviceOf(devices, 'linux')
  // The profile for Linux has it behind the device's own.
  const blocks = readFileSync(device.certificate, 'utf8').match(
    /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
  )
  return folder.write('issuer.pem', `${blocks?.[1] ?? ''}\n`)
}

async function ocsp(
  folder: Scenario['folder'],
  url: string,
  rootsFile: string,
  devices: Devices,
): Promise<string> {
  const device = deviceOf(devices, 'apple')
  const done = await run([
    ...['openssl', 'ocsp', '-issuer', issuerOf(folder, devices), '-cert', device.certificate],
    ...['-url', `${url}/pki/ocsp`, '-CAfile', rootsFile, '-no_nonce'],
  ])
  assert.match(done.stdout + done.stderr, /Response verify OK/)
  return done.stdout
}

async function verified(
  folder: Scenario['folder'],
  rootsFile: string,
  devices: Devices,
  fetched: (path: string) => Promise<Buffer>,
): Promise<string> {
  const device = deviceOf(devices, 'apple')
  const [der, list] = [folder.fresh('list.crl'), folder.fresh('list.pem')]
  writeFileSync(der, await fetched('/pki/crl/1.crl'))
  await must(['openssl', 'crl', '-inform', 'DER', '-in', der, '-out', list])
  const done = await run([
    ...['openssl', 'verify', '-crl_check', '-purpose', 'sslclient', '-CAfile', rootsFile],
    ...['-untrusted', issuerOf(folder, devices), '-CRLfile', list, device.certificate],
  ])
  return done.stdout + done.stderr
}

/** An authority of openssl signs what `ca csr` asks for. */
async function above({
  folder,
  ca,
}: Pick<Scenario, 'folder'> & {
  readonly ca: (...words: readonly string[]) => Promise<string>
}): Promise<void> {
  const [key, root, request, signed] = ['key', 'root', 'csr', 'signed'].map((name) =>
    folder.fresh(`organisation-${name}.pem`),
  ) as [string, string, string, string]
  await must([
    ...['openssl', 'req', '-x509', '-newkey', 'rsa:3072', '-nodes', '-subj', '/CN=Organisation'],
    ...['-days', '900', '-keyout', key, '-out', root],
  ])
  await ca('csr', '--out', request)
  const extensions = folder.write(
    'ca.cnf',
    'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectKeyIdentifier=hash\n',
  )
  await must([
    ...['openssl', 'x509', '-req', '-in', request, '-CA', root, '-CAkey', key, '-days', '800'],
    ...['-set_serial', '4711', '-extfile', extensions, '-out', signed],
  ])
  const chain = folder.write(
    'organisation-chain.pem',
    readFileSync(signed, 'utf8') + readFileSync(root, 'utf8'),
  )
  assert.match(await ca('install', chain), /Generation 3/)
}

function deviceOf(devices: Devices, way: string): ReadProfile {
  const device = devices.get(way)
  if (device === undefined) throw new Error(`there is no device of ${way}`)
  return device
}
