import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainBrowser } from '../support/peers/browser.ts'
import type { BrowserPage } from '../support/peers/browser.ts'
import { eapolRun } from '../support/peers/eapol-test.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import { must, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import { profileReaders } from '../support/peers/profile-readers.ts'
import type { ReadProfile } from '../support/peers/profile-readers.ts'
import { idOf, letIn, refused, revoke, signIn, soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const PIN = '271828'
const MAKE = '/staff/devices/new'
const SERVER = 'radius.accueil.internal'

/** The authority's keys on a SoftHSM: devices come in and are put out by it, and what happens while it is away. */
export async function pkcs11({ folder, upstream, test }: Scenario): Promise<void> {
  const tokens = folder.fresh('tokens')
  mkdirSync(tokens)
  const SOFTHSM2_CONF = folder.write(
    'softhsm2.conf',
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  const pinFile = folder.write('pin', `${PIN}\n`)
  const place = `pkcs11:token=Accueil?module-path=${MODULE}&pin-source=file:${pinFile}`
  await must(
    [
      'softhsm2-util',
      '--init-token',
      '--free',
      '--label',
      'Accueil',
      '--pin',
      PIN,
      '--so-pin',
      PIN,
    ],
    { env: { SOFTHSM2_CONF } },
  )
  await using product = await createProduct(folder, { upstream, env: { SOFTHSM2_CONF } })
  await product.start()
  const command = async (...words: readonly string[]): Promise<string> => {
    const done = await product.command(...words)
    assert.equal(done.code, 0, done.stdout + done.stderr)
    return done.stdout
  }
  await command('apply', join(import.meta.dirname, 'fixture/house.yaml'))
  await command(
    'apply',
    folder.write(
      'pkcs11.yaml',
      `version: 1
enrolment: { realm: restos.example, ssids: [Maison Staff] }
accounts:
  - { username: carol, password: carols-own-password, groups: [staff] }
`,
    ),
  )
  const url = product.portalUrl
  const rootsFile = folder.fresh('token-roots.pem')
  const browser = plainBrowser()
  const readers = profileReaders(folder, rootsFile)

  async function enrol(): Promise<BrowserPage> {
    const form = await browser.open(`${url}${MAKE}?way=linux`)
    return browser.submit(form, MAKE, { name: 'Laptop', kind: 'laptop' })
  }

  async function logIn(device: ReadProfile, tls: '1.2' | '1.3'): Promise<EapolTest> {
    return eapolRun({
      ...{ folder, port: product.ports.radius, secret: 'testing123' },
      network: [
        ...['eap=TLS', `identity="${device.identity}"`, `ca_cert="${device.roots}"`],
        ...[`client_cert="${device.certificate}"`, `private_key="${device.key}"`],
        `domain_suffix_match="${SERVER}"`,
        `phase1="tls_disable_tlsv1_3=${tls === '1.2' ? 1 : 0}"`,
      ],
    })
  }

  async function asked(device: ReadProfile): Promise<string> {
    const [, issuer = ''] =
      readFileSync(device.certificate, 'utf8').match(
        /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
      ) ?? []
    const done = await run([
      ...['openssl', 'ocsp', '-issuer', folder.write('token-issuer.pem', `${issuer}\n`)],
      ...['-cert', device.certificate, '-url', `${url}/pki/ocsp`, '-CAfile', rootsFile],
    ])
    assert.match(done.stdout + done.stderr, /Response verify OK/)
    return done.stdout
  }

  await test('both keys are made on the token, and never leave it', async () => {
    await command('ca', 'rotate', '--server-from', '2026-01-01', '--token', place)
    const said = await command('ca', 'show')
    assert.match(said, /root key +on the token Accueil\n +issuing +on the token Accueil/)
    const listed = await must(
      [
        ...['pkcs11-tool', '--module', MODULE, '--token-label', 'Accueil', '--login'],
        ...['--pin', PIN, '--list-objects', '--type', 'privkey'],
      ],
      { env: { SOFTHSM2_CONF } },
    )
    assert.equal(listed.match(/sensitive, always sensitive, never extractable/g)?.length, 2, listed)
    assert.match(
      await command('doctor').catch(String),
      /token Accueil of the certificate authority/,
    )
  })

  const devices: ReadProfile[] = []
  await test('a device with a certificate of the token comes in, TLS 1.2 and 1.3, at a server with one of it too', async () => {
    await signIn(browser, url)
    const generation = await soon(async () => {
      const response = await fetch(`${url}/pki/roots.pem`)
      const roots = await response.text()
      assert.match(new X509Certificate(roots).subject, /CN=Accueil RADIUS CA 2$/)
      return roots
    })
    writeFileSync(rootsFile, generation)
    for (let i = 0; i < 2; i += 1) {
      const page = await enrol()
      assert.equal(page.status, 200, page.body)
      devices.push(await readers.networkManager(page.octets))
    }
    const [one] = devices
    assert.ok(one)
    for (const tls of ['1.2', '1.3'] as const) await soon(async () => letIn(await logIn(one, tls)))
  })

  await test('who answers about revocation for the token is believed by openssl; revoked is out', async () => {
    const [one] = devices
    assert.ok(one)
    assert.match(await asked(one), /: good/)
    await revoke(browser, url, await idOf(one))
    await soon(async () => assert.match(await asked(one), /: revoked/))
    for (const tls of ['1.2', '1.3'] as const) refused(await logIn(one, tls), 0)
  })

  await test('while the token is away nobody enrols and the page says so, doctor names it, and devices come in', async () => {
    renameSync(tokens, `${tokens}-away`)
    const page = await enrol()
    assert.equal(page.status, 503, page.body)
    assert.match(page.body, /<h1/)
    const { code, stdout } = await product.command('doctor')
    assert.equal(code, 1)
    assert.match(stdout, /the token Accueil did not sign/)
    const [, two] = devices
    assert.ok(two)
    await soon(async () => letIn(await logIn(two, '1.3')))
    await soon(async () => assert.match(await asked(two), /: good/))
  })

  await test('and when it is back they enrol again; a rotation leads off it', async () => {
    renameSync(`${tokens}-away`, tokens)
    assert.equal((await enrol()).status, 200)
    await command('ca', 'rotate')
    assert.match(await command('ca', 'show'), /issuing +of the house, sealed\n(?!.*issuing)/s)
    assert.doesNotMatch(product.running().output(), new RegExp(PIN))
  })
}
