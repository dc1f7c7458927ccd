import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDynamicGateway } from '../../radius-server/testing/dynamic-gateway.ts'
import type { DynamicGateway } from '../../radius-server/testing/dynamic-gateway.ts'
import { plainBrowser } from '../support/peers/browser.ts'
import type { PlainBrowser } from '../support/peers/browser.ts'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import { makeDevicePki } from '../support/peers/device-pki.ts'
import type { DeviceKey } from '../support/peers/device-pki.ts'
import { eapolRun } from '../support/peers/eapol-test.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import { OPENID_CLIENT, startOpenidProvider } from '../support/peers/openid-provider.ts'
import { eventually } from '../support/peers/process.ts'
import { profileReaders } from '../support/peers/profile-readers.ts'
import { radclient } from '../support/peers/radclient.ts'
import { startRelay } from '../support/peers/radius-relay.ts'
import type { RadiusRelay } from '../support/peers/radius-relay.ts'
import { SAMBA_AD, startSambaAd } from '../support/peers/samba-ad.ts'
import { SLAPD, startSlapd } from '../support/peers/slapd.ts'
import { acceptedOf, soon } from './enrolling.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
const VERSIONS = ['1.2', '1.3'] as const
type Tls = (typeof VERSIONS)[number]
/** RFC 5176 §2.1. */
const DISCONNECT_REQUEST = 40
const MAKE = '/staff/devices/new'
/** Seconds for which the certificate that runs out is good: long enough for a first login on a busy machine. */
const SHORT_LIFE = 45

/** What one device has: a certificate, or a name and a password of its own. */
type Credential =
  | ({ readonly kind: 'certificate'; readonly identity: string } & DeviceKey)
  | { readonly kind: 'password'; readonly identity: string; readonly password: string }

interface Leaver {
  /** As accounting and the log have it. */
  readonly account: string
  readonly credentials: readonly Credential[]
}

/** An account is switched off where it lives, and all devices of its owner are out: the session, the resumed one, the next. */
export async function leaving(scenario: Scenario): Promise<void> {
  const { folder, product, test } = scenario
  const authority = await createCertificateAuthority(folder, 'leaving-ca')
  await using gateway = await startDynamicGateway(() => true, SECRET)
  await using slapd = await startSlapd(folder, authority)
  await using samba = await startSambaAd(folder, authority)
  await samba.tool('user', 'create', 'accueil', SAMBA_AD.bindPassword)
  await samba.tool('user', 'create', 'carol', 'Wonder-Land-1')
  await samba.tool('group', 'add', 'staff')
  await samba.tool('group', 'addmembers', 'staff', 'carol')
  const pki = await makeDevicePki(folder, 'short-lived')
  const house = new LeavingHouse(scenario, gateway)
  try {
    await test('directories, policies and a gateway that can be told are declared', async () => {
      await house.apply(
        houseWith(gateway.port),
        declaration(slapd.tlsPort, authority.caFile, pki.caFile),
      )
    })
    const expiring = await startExpiring(house, pki, test)
    await ofSlapd(house, slapd.modify, test)
    await ofSamba(house, samba.tool, test)
    await byScim(house, test)
    await expired(house, expiring, test)
  } finally {
    const none =
      'version: 1\ndirectories: []\npolicies: []\ndevice_ca: []\nsign_in: { providers: [] }\n'
    await product.command('apply', join(import.meta.dirname, 'fixture/house.yaml'))
    await product.command('apply', folder.write('nobody-leaves.yaml', none))
  }
}

async function ofSlapd(
  house: LeavingHouse,
  modify: (ldif: string) => Promise<void>,
  test: Scenario['test'],
): Promise<void> {
  const helene = new Person(house, 'hélène', 'été-2026')
  const alice = new Person(house, 'alice', 'wonderland')
  const leavers: Leaver[] = []
  await test('two people of slapd sign in to the portal and enrol their devices', async () => {
    for (const person of [helene, alice]) {
      await person.signIn()
      leavers.push({ account: person.name, credentials: await person.enrol() })
    }
  })
  const [first, second] = leavers
  assert.ok(first !== undefined && second !== undefined)
  await leaves(house, test, first, {
    how: 'taken out of her group in slapd',
    reason: 'refused-by-policy',
    act: () =>
      modify(
        `dn: cn=volunteers,ou=groups,${SLAPD.baseDn}\nchangetype: modify\ndelete: member\nmember: uid=hélène,ou=people,${SLAPD.baseDn}\n`,
      ),
  })
  await leaves(house, test, second, {
    how: 'disabled in slapd',
    reason: 'account-disabled|directory-disabled',
    act: () =>
      modify(
        `dn: uid=alice,ou=people,${SLAPD.baseDn}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n`,
      ),
  })
  await test('the page says to whoever is disabled in slapd that the directory did it', async () => {
    const page = await new Person(house, 'alice', 'wonderland').trySignIn()
    assert.equal(page.status, 403)
    assert.match(page.body, /L’annuaire a désactivé ce compte/)
  })
}

async function ofSamba(
  house: LeavingHouse,
  tool: (...words: string[]) => Promise<string>,
  test: Scenario['test'],
): Promise<void> {
  const carol = new Person(house, 'carol@rdc.test', 'Wonder-Land-1')
  let credentials: readonly Credential[] = []
  await test('somebody of Samba AD signs in to the portal and enrols devices', async () => {
    await carol.signIn()
    credentials = await carol.enrol()
  })
  const leaver = { account: carol.name, credentials }
  await leaves(house, test, leaver, {
    how: 'disabled in Samba AD',
    reason: 'account-disabled|directory-disabled',
    act: async () => void (await tool('user', 'disable', 'carol')),
  })
}

/** Nobody but the identity provider knows this person. */
async function byScim(house: LeavingHouse, test: Scenario['test']): Promise<void> {
  const { portalUrl } = house.scenario.product
  const account = 'helene@sso.example'
  await using provider = await startOpenidProvider(portalUrl, 'restos')
  const claims = { name: 'Hélène Martin', preferred_username: account, groups: ['staff'] }
  provider.world.people['helene'] = claims
  const browser = plainBrowser()
  let token = ''
  let user = ''
  const scim = async (method: string, path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${portalUrl}/scim/v2${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify(body),
    })
    assert.ok(response.ok, await response.clone().text())
    return response.json()
  }
  let credentials: readonly Credential[] = []
  await test('somebody of an identity provider is told by SCIM, signs in by OIDC and enrols devices', async () => {
    await house.apply(
      JSON.stringify({
        version: 1,
        sign_in: {
          providers: [
            {
              ...{
                name: 'restos',
                issuer: provider.issuer,
                scopes: ['openid', 'profile', 'groups'],
              },
              ...{ client_id: OPENID_CLIENT.id, client_secret: OPENID_CLIENT.secret },
            },
          ],
        },
      }),
    )
    const words = '--name leaving --actor provider:restos --scope scim'
    const made = await house.scenario.product.command('tokens', 'create', ...words.split(' '))
    token = made.stdout.trim()
    const created = (await scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: account,
    })) as { readonly id: string }
    user = created.id
    await scim('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'staff',
      members: [{ value: user }],
    })
    await eventually('the provider is offered', async () => {
      const page = await browser.open(`${portalUrl}/staff/oidc/restos/start?to=/staff/devices`)
      return page.url === `${portalUrl}/staff/devices`
    })
    credentials = await enrolDevices(house, browser)
  })
  await leaves(
    house,
    test,
    { account, credentials },
    {
      how: 'inactive by SCIM',
      reason: 'scim-inactive',
      act: async () => {
        await scim('PATCH', `/Users/${user}`, {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'active', value: false }],
        })
      },
    },
  )
  await test('the page says to whoever is inactive by SCIM that the organisation did it, and since when', async () => {
    const page = await plainBrowser().open(`${portalUrl}/staff/oidc/restos/start?to=/staff`)
    assert.equal(page.status, 403, page.url)
    assert.match(page.body, /votre organisation l’a désactivé/)
  })
}

/** Logs in with each credential by each version, holds the second login of each, lets `act` happen, and goes on. */
async function leaves(
  house: LeavingHouse,
  test: Scenario['test'],
  { account, credentials }: Leaver,
  leave: { readonly how: string; readonly reason: string; readonly act: () => Promise<void> },
): Promise<void> {
  const held: Held[] = []
  const { how, reason, act } = leave
  const mac = house.nextStation()
  // Other scenarios were refused for other reasons.
  const since = new Date().toISOString()
  await test(`${account} is in with a certificate and with a password, and connected`, async () => {
    for (const credential of credentials) {
      for (const tls of VERSIONS) held.push(await house.hold(credential, tls))
    }
    await house.connected(account, mac)
  })
  await test(`${account}, ${how}: the gateway is asked to disconnect`, async () => {
    await act()
    const began = Date.now()
    await house.disconnected(mac)
    console.log(`#      asked ${Date.now() - began} ms after`)
  })
  await test(`${account}, ${how}: no session is resumed`, async () => {
    for (const { relay } of held) relay.release()
    for (const { done, what } of held) refused(await done, 1, what)
    for (const { relay } of held) await relay[Symbol.asyncDispose]()
  })
  await test(`${account}, ${how}: no device comes in anew`, async () => {
    for (const credential of credentials) {
      for (const tls of VERSIONS) refused(await house.logIn(credential, tls), 0, credential.kind)
    }
  })
  await test(`${account}, ${how}: explain says why`, async () => {
    await eventually('it is told', async () => {
      const about = ['--user', account, '--from', since, '--reason', 'a test']
      const done = await house.scenario.product.command('radius', 'explain', ...about, '--json')
      const rejects = done.stdout.split('\n').filter((line) => line.includes('"reject"'))
      const isTold = new RegExp(`"reason":"(${reason})"`)
      return rejects.length >= 2 * VERSIONS.length && rejects.every((line) => isTold.test(line))
    })
  })
}

interface Held {
  readonly what: string
  readonly relay: RadiusRelay
  readonly done: Promise<EapolTest>
}

interface Expiring {
  readonly ends: number
  readonly credential: Credential
  readonly held: readonly Held[]
}

/** A certificate of seconds, let in once by each version of TLS while it counts. */
async function startExpiring(
  house: LeavingHouse,
  pki: Awaited<ReturnType<typeof makeDevicePki>>,
  test: Scenario['test'],
): Promise<Expiring> {
  const ends = (Math.floor(Date.now() / 1000) + SHORT_LIFE) * 1000
  const files = await pki.issueUntil('bob', 1, new Date(ends))
  const credential: Credential = { kind: 'certificate', identity: 'bob', ...files }
  const held: Held[] = []
  await test('a certificate that runs out soon is let in, by both versions of TLS', async () => {
    for (const tls of VERSIONS) held.push(await soon(() => house.hold(credential, tls)))
  })
  return { ends, credential, held }
}

async function expired(
  house: LeavingHouse,
  { ends, credential, held }: Expiring,
  test: Scenario['test'],
): Promise<void> {
  await test('once it has run out no session is resumed, and no new one opened', async () => {
    await sleep(Math.max(0, ends + 1000 - Date.now()))
    for (const { relay } of held) relay.release()
    for (const { done, what } of held) refused(await done, 1, what)
    for (const { relay } of held) await relay[Symbol.asyncDispose]()
    for (const tls of VERSIONS) refused(await house.logIn(credential, tls), 0, tls)
  })
}

/** What each part of the scenario does with the product. */
class LeavingHouse {
  readonly scenario: Scenario
  readonly #gateway: DynamicGateway
  #stations = 0

  constructor(scenario: Scenario, gateway: DynamicGateway) {
    this.scenario = scenario
    this.#gateway = gateway
  }

  async apply(...yaml: readonly string[]): Promise<void> {
    const { folder, product } = this.scenario
    const done = await product.command(
      'apply',
      ...yaml.map((one) => folder.write('leaving.yaml', one)),
    )
    assert.equal(done.code, 0, done.stdout + done.stderr)
  }

  nextStation(): string {
    this.#stations += 1
    return `02:00:5e:60:00:${this.#stations.toString(16).padStart(2, '0')}`
  }

  logIn(credential: Credential, tls: Tls, relay?: RadiusRelay): Promise<EapolTest> {
    const { folder, product } = this.scenario
    const { identity } = credential
    return eapolRun({
      ...{ folder, secret: SECRET, port: relay?.port ?? product.ports.radius },
      again: relay === undefined ? 0 : 1,
      patienceSeconds: 120,
      arguments: ['-M', this.nextStation()],
      network: [
        `identity="${identity}"`,
        `ca_cert="${join(product.dataDir, 'eap-ca.pem')}"`,
        `phase1="tls_disable_tlsv1_3=${tls === '1.2' ? 1 : 0}"`,
        ...(credential.kind === 'certificate'
          ? [
              ...['eap=TLS', `client_cert="${credential.certificate}"`],
              `private_key="${credential.key}"`,
            ]
          : [
              ...['eap=TTLS', 'phase2="auth=PAP"', `password="${credential.password}"`],
              'anonymous_identity="anonymous"',
            ]),
      ],
    })
  }

  /** Let in once; its second login waits. */
  async hold(credential: Credential, tls: Tls): Promise<Held> {
    const relay = await startRelay(this.scenario.product.ports.radius)
    const done = this.logIn(credential, tls, relay)
    try {
      await acceptedOf(relay, done)
    } catch (thrown) {
      await relay[Symbol.asyncDispose]()
      throw thrown
    }
    return { what: `${credential.kind}, TLS ${tls}`, relay, done }
  }

  async connected(account: string, mac: string): Promise<void> {
    const { product } = this.scenario
    await radclient({
      ...{ port: product.ports.radiusAcct, kind: 'acct', secret: SECRET },
      attributes: [
        ...[`User-Name = "${account}"`, `Calling-Station-Id = "${mac}"`],
        ...[`Acct-Session-Id = "${mac}"`, 'Acct-Status-Type = Start'],
      ],
    })
    await eventually(
      'the log knows it',
      async () => (await product.searchLogs('--mac', mac)).length > 0,
      30_000,
    )
  }

  async disconnected(mac: string): Promise<void> {
    const plain = mac.replaceAll(/[^0-9a-f]/g, '')
    const isOf = (text: string): boolean =>
      text.toLowerCase().replaceAll(/[^0-9a-f]/g, '') === plain
    await eventually(
      `a Disconnect-Request for ${mac}`,
      () =>
        this.#gateway.asked.some(
          ({ code, texts }) => code === DISCONNECT_REQUEST && isOf(texts.get('31') ?? ''),
        ),
      // Below the minute in which the job asks about everybody, and above the watch's pause after a slow look.
      45_000,
    )
  }
}

/** Somebody of a directory, at the portal. */
class Person {
  readonly name: string
  readonly #house: LeavingHouse
  readonly #password: string
  readonly #browser = plainBrowser()

  constructor(house: LeavingHouse, name: string, password: string) {
    this.#house = house
    this.name = name
    this.#password = password
  }

  async trySignIn(): ReturnType<PlainBrowser['open']> {
    const page = await this.#browser.open(`${this.#house.scenario.product.portalUrl}/staff/devices`)
    const typed = { account: this.name, password: this.#password }
    return this.#browser.submit(page, '/staff/sign-in', typed)
  }

  async signIn(): Promise<void> {
    await eventually(`${this.name} signs in`, async () => {
      const page = await this.trySignIn()
      // A directory that was slow once is asked again.
      if (page.status === 503 || page.status === 429) return false
      if (page.status !== 200 && page.status !== 422) throw new Error(page.body)
      return page.url.endsWith('/staff/devices')
    })
  }

  enrol(): Promise<readonly Credential[]> {
    return enrolDevices(this.#house, this.#browser)
  }
}

/** A certificate, from the profile for Linux, and a password of its own. */
async function enrolDevices(
  { scenario }: LeavingHouse,
  browser: PlainBrowser,
): Promise<readonly Credential[]> {
  const { folder, product } = scenario
  const url = product.portalUrl
  const roots = folder.fresh('leaving-roots.pem')
  writeFileSync(roots, await (await fetch(`${url}/pki/roots.pem`)).text())
  const make = async (way: string, kind: string): ReturnType<PlainBrowser['open']> => {
    const form = await browser.open(`${url}${MAKE}?way=${way}`)
    const page = await browser.submit(form, MAKE, { name: `${way} of the suite`, kind })
    assert.equal(page.status, 200, page.body)
    return page
  }
  const profile = await make('linux', 'laptop')
  const read = await profileReaders(folder, roots).networkManager(profile.octets)
  const page = await make('password', 'till')
  const identity = /device-[a-z2-9]{16}(@[a-z.]+)?/.exec(page.body)?.[0] ?? ''
  const password = /name="password" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  return [
    { kind: 'certificate', ...read },
    { kind: 'password', identity, password },
  ]
}

function refused(done: EapolTest, acceptsBefore: number, what: string): void {
  const said = `${what}\n${done.output.split('\n').slice(-25).join('\n')}`
  assert.equal(done.success, false, said)
  assert.equal(done.output.match(/code=2 \(Access-Accept\)/g)?.length ?? 0, acceptsBefore, said)
}

/** The house of the suite, whose gateway on the loopback can be told. */
function houseWith(port: number): string {
  const folder = join(import.meta.dirname, 'fixture')
  const plain = 'secret: testing123, kind: generic }'
  const told = `secret: testing123, kind: generic, coa: { port: ${port} } }`
  const text = readFileSync(join(folder, 'house.yaml'), 'utf8')
  assert.ok(text.includes(plain))
  return text.replace(plain, told).replaceAll(/\.\/(?=[\w.]+)/g, `${folder}/`)
}

function declaration(slapdPort: number, caFile: string, deviceCa: string): string {
  return JSON.stringify({
    version: 1,
    enrolment: { ssids: ['Maison Staff'] },
    device_ca: [{ name: 'short-lived', file: deviceCa, name_from: 'cn' }],
    policies: [
      { name: 'staff', when: { network: 'staff', groups: ['staff'] }, give: { vlan: 20 } },
      { name: 'others', when: { network: 'staff' }, refuse: 'Nobody else.' },
    ],
    directories: [
      {
        ...{ name: 'national', url: `ldaps://localhost:${slapdPort}`, ca: caFile },
        ...{ base_dn: SLAPD.baseDn, bind_dn: SLAPD.bindDn, bind_password: SLAPD.bindPassword },
        realms: ['restos.test', ''],
      },
      {
        ...{ name: 'domain', url: `ldap://${SAMBA_AD.host}`, start_tls: true, ca: caFile },
        ...{ base_dn: SAMBA_AD.baseDn, bind_dn: SAMBA_AD.bindDn },
        ...{ bind_password: SAMBA_AD.bindPassword, kind: 'active-directory' },
        realms: [SAMBA_AD.realm, SAMBA_AD.domain],
      },
    ],
  })
}
