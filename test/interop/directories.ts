import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import { testDirectory } from '#core/ldap/testing/directory.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import type { CertificateAuthority } from '../support/peers/certificate-authority.ts'
import { eapolRun, eapolTest } from '../support/peers/eapol-test.ts'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import { eventually, run } from '../support/peers/process.ts'
import { radclient } from '../support/peers/radclient.ts'
import { SAMBA_AD, startSambaAd } from '../support/peers/samba-ad.ts'
import type { SambaAd } from '../support/peers/samba-ad.ts'
import { SLAPD, slapdCrowd, startSlapd } from '../support/peers/slapd.ts'
import type { Slapd } from '../support/peers/slapd.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
/** More groups than slapd gives at once, more than count, and more people than a page of Active Directory has. */
const CROWD = [...slapdCrowd('busy', 450, 0), ...slapdCrowd('busiest', 520, 200)]
/** From which none of the failures came. */
const OTHER_DEVICE = '02-00-5E-20-00-02'

/** OpenLDAP's slapd and Samba's domain controller hold the accounts; radclient and eapol_test sign in. */
export async function directories(scenario: Scenario): Promise<void> {
  const { folder, product, test } = scenario
  const authority = await createCertificateAuthority(folder, 'directory-ca')
  const other = await createCertificateAuthority(folder, 'other-ca')
  await using slapd = await startSlapd(folder, authority, CROWD)
  await using samba = await startSambaAd(folder, authority)
  await peopleOfTheDomain(samba)
  const house = new DirectoryHouse(scenario, slapd, authority)
  try {
    await declaring(house, test)
    await openLdap(house, test)
    await activeDirectory(house, test)
    await asAClient(slapd, samba, authority, other, test)
    await trust(house, slapd, other, test)
    await lostAndHung(house, slapd, test)
  } finally {
    await product.command(
      'apply',
      folder.write('no-directories.yaml', 'version: 1\ndirectories: []\n'),
    )
  }
}

/** What each part of the scenario does with the product. */
class DirectoryHouse {
  readonly scenario: Scenario
  readonly #slapd: Slapd
  readonly #authority: CertificateAuthority

  constructor(scenario: Scenario, slapd: Slapd, authority: CertificateAuthority) {
    this.scenario = scenario
    this.#slapd = slapd
    this.#authority = authority
  }

  /** The declaration, with what a test wants otherwise of the first directory. */
  declaration(changes: Readonly<Record<string, string>> = {}): string {
    const national = {
      url: `ldaps://localhost:${this.#slapd.tlsPort}`,
      ca: this.#authority.caFile,
      base_dn: SLAPD.baseDn,
      bind_dn: SLAPD.bindDn,
      bind_password: SLAPD.bindPassword,
      realms: '[restos.test, ""]',
      nt_hash: 'sambaNTPassword',
      ...changes,
    }
    const lines = Object.entries(national).map(([key, value]) => `    ${key}: ${value}`)
    return `version: 1
directories:
  - name: national
${lines.join('\n')}
  - name: domain
    url: ldap://${SAMBA_AD.host}
    start_tls: true
    ca: ${this.#authority.caFile}
    base_dn: ${SAMBA_AD.baseDn}
    bind_dn: ${SAMBA_AD.bindDn}
    bind_password: ${SAMBA_AD.bindPassword}
    kind: active-directory
    realms: [${SAMBA_AD.realm}, ${SAMBA_AD.domain}]
`
  }

  async apply(changes: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<string> {
    const { folder, product } = this.scenario
    const file = folder.write('directories.yaml', this.declaration(changes))
    const done = await product.command('apply', file, ...more)
    assert.equal(done.code, 0, done.stderr)
    return done.stdout
  }

  async login(
    name: string,
    password: string,
    station?: string,
  ): Promise<{ reply: string | null; output: string }> {
    return radclient({
      port: this.scenario.product.ports.radius,
      kind: 'auth',
      secret: SECRET,
      attributes: papOf(name, password, station),
      waitSeconds: 8,
    })
  }

  /** Signs in, and says why it did not come to an accept: of the metrics, where no person is named. */
  async reason(name: string, password: string, station?: string): Promise<string> {
    const before = await this.rejects()
    const { reply, output } = await this.login(name, password, station)
    if (reply === 'Access-Accept') return 'accept'
    assert.equal(reply, 'Access-Reject', output)
    const after = await this.rejects()
    return [...after].find(([reason, count]) => count > (before.get(reason) ?? 0))?.[0] ?? 'none'
  }

  async rejects(): Promise<ReadonlyMap<string, number>> {
    const lines = (await this.metrics()).matchAll(
      /^accueil_radius_rejects_total\{reason="([^"]+)"\} (\d+)$/gm,
    )
    return new Map(Array.from(lines, ([, reason = '', count]) => [reason, Number(count)]))
  }

  async metrics(): Promise<string> {
    const { metrics } = this.scenario.product.ports
    return (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  }
}

function papOf(name: string, password: string, station?: string): string[] {
  return [
    ...(station === undefined ? [] : [`Calling-Station-Id = "${station}"`]),
    `User-Name = "${name.replaceAll('\\', '\\\\')}"`,
    `User-Password = "${password}"`,
    'Message-Authenticator = 0x00',
  ]
}

async function peopleOfTheDomain({ tool }: SambaAd): Promise<void> {
  await tool('user', 'create', 'accueil', SAMBA_AD.bindPassword)
  for (const name of ['carol', 'off', 'ended', 'fresh', 'clumsy']) {
    await tool('user', 'create', name, 'Wonder-Land-1')
  }
  await tool('user', 'disable', 'off')
  await tool('user', 'setexpiry', 'ended', '--days=-2')
  const mustChange = ['--newpassword=Wonder-Land-1', '--must-change-at-next-login']
  await tool('user', 'setpassword', 'fresh', ...mustChange)
  await tool('domain', 'passwordsettings', 'set', '--account-lockout-threshold=3')
  for (const name of ['volunteers', 'staff', 'everyone-here']) await tool('group', 'add', name)
  await tool('group', 'addmembers', 'volunteers', 'carol')
  await tool('group', 'addmembers', 'staff', 'volunteers')
  await tool('group', 'addmembers', 'everyone-here', 'staff')
}

async function declaring(house: DirectoryHouse, test: Scenario['test']): Promise<void> {
  await test('a dry run of the declaration prints no secret and changes nothing', async () => {
    const planned = await house.apply({}, '--dry-run')
    assert.match(planned, /\+ directory national\n\+ directory domain\n2 changes would be made/)
    assert.doesNotMatch(planned, new RegExp(`${SLAPD.bindPassword}|${SAMBA_AD.bindPassword}`))
    assert.equal(await house.reason('alice', 'wonderland'), 'unknown-account')
  })
  await test('declared, it is asked without a restart', async () => {
    await house.apply()
    await eventually(
      'alice comes in',
      async () => (await house.login('alice', 'wonderland')).reply === 'Access-Accept',
    )
  })
  await test('doctor goes the way to each server, and says what kind it is', async () => {
    const { stdout } = await house.scenario.product.command('doctor')
    assert.match(stdout, /well +directory national, ldaps:\/\/localhost:\d+ \(openldap\)/)
    assert.match(stdout, /well +directory domain, ldap:\/\/localhost \(active-directory\)/)
  })
}

async function openLdap(house: DirectoryHouse, test: Scenario['test']): Promise<void> {
  const { product, folder } = house.scenario
  await test('slapd: a person gets the VLAN of the staff network, and the name of the directory', async () => {
    const { reply, output } = await house.login('ALICE@Restos.Test', 'wonderland')
    assert.equal(reply, 'Access-Accept', output)
    assert.match(output, /Tunnel-Private-Group-Id(:\d+)? = "20"/)
    assert.match(output, /User-Name = "alice"/)
  })
  for (const [name, password, reason] of [
    ['hélène', 'été-2026', 'accept'],
    ['alice', 'looking-glass', 'wrong-password'],
    ['nobody', 'wonderland', 'unknown-account'],
    ['*', 'wonderland', 'unknown-account'],
    ['alice)(uid=*', 'wonderland', 'unknown-account'],
    ['gone', 'was-here', 'account-disabled'],
    ['ended', 'was-here', 'account-expired'],
    ['old', 'too-old', 'password-expired'],
    ['reset', 'first-one', 'password-expired'],
    ['twin', 'one', 'ambiguous-account'],
    ['bob', 'hello', 'accept'],
  ] as const) {
    await test(`slapd: ${name} with ${password}: ${reason}`, async () => {
      assert.equal(await house.reason(name, password), reason)
    })
  }
  await test('slapd: who was locked for too many failures is told so by the password policy', async () => {
    for (const guess of ['one', 'two', 'three']) {
      assert.equal(await house.reason('locked', guess), 'wrong-password')
    }
    assert.equal(await house.reason('locked', 'locked-out', OTHER_DEVICE), 'account-locked')
  })
  for (const tls of ['1.2', '1.3'] as const) {
    await test(`slapd: eapol_test comes in by EAP-TTLS/PAP on TLS ${tls}`, async () => {
      const { success, keysMatch, output } = await eapolTest({
        ...{ folder, port: product.ports.radius, secret: SECRET, tls },
        ...{ identity: 'bernard@restos.test', password: 'hermite' },
        caFile: join(product.dataDir, 'eap-ca.pem'),
      })
      assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, output)
    })
  }
  for (const [name, password, sentence] of [
    ['alice@restos.test', 'password', 'whose NT hash the directory has is let in, keys and all'],
    ['alice@restos.test', 'wonderland', 'is refused with what is not the hash’s password'],
    ['bernard@restos.test', 'hermite', 'of whom the directory has no NT hash is refused'],
    ['switched-off@restos.test', 'password', 'who is switched off is refused, NT hash or not'],
  ] as const) {
    const isLetIn = sentence.includes('let in')
    await test(`slapd: PEAP/MSCHAPv2: ${name.split('@')[0]}, ${sentence}`, async () => {
      const { success, keysMatch, output } = await eapolRun({
        ...{ folder, port: product.ports.radius, secret: SECRET },
        network: [
          ...['eap=PEAP', 'phase2="auth=MSCHAPV2"', `identity="${name}"`],
          ...[`password="${password}"`, `ca_cert="${join(product.dataDir, 'eap-ca.pem')}"`],
        ],
      })
      assert.deepEqual({ success, keysMatch }, { success: isLetIn, keysMatch: isLetIn }, output)
      if (isLetIn) assert.match(output, /Tunnel-Private-Group-Id|Attribute 81/)
    })
  }
  await test('no log line and no metric names a person, a group or a secret', async () => {
    const said = `${product.running().output()}${await house.metrics()}`
    assert.doesNotMatch(said, /alice|bernard|volunteers|wonderland|hermite|let-me-look/i)
  })
}

async function activeDirectory(house: DirectoryHouse, test: Scenario['test']): Promise<void> {
  for (const [name, password, reason] of [
    ['carol@rdc.test', 'Wonder-Land-1', 'accept'],
    ['RDC\\carol', 'Wonder-Land-1', 'accept'],
    ['carol', 'Wonder-Land-1', 'unknown-account'],
    ['carol@rdc.test', 'Wonder-Land-2', 'wrong-password'],
    ['nobody@rdc.test', 'Wonder-Land-1', 'unknown-account'],
    ['off@rdc.test', 'Wonder-Land-1', 'account-disabled'],
    ['ended@rdc.test', 'Wonder-Land-1', 'account-expired'],
    ['fresh@rdc.test', 'Wonder-Land-1', 'password-expired'],
  ] as const) {
    await test(`Samba AD: ${name} with ${password}: ${reason}`, async () => {
      assert.equal(await house.reason(name, password), reason)
    })
  }
  await test('Samba AD: a device with an old password does not lock the account', async () => {
    for (let i = 0; i < 6; i += 1) {
      assert.equal(await house.reason('clumsy@rdc.test', 'Last-Month-1'), 'wrong-password')
    }
    assert.equal(await house.reason('clumsy@rdc.test', 'Wonder-Land-1'), 'accept')
  })
  await test('Samba AD: whom other passwords locked is refused with the right one', async () => {
    for (const guess of ['1', '2', '3']) await house.login('clumsy@rdc.test', `Guess-${guess}`)
    assert.equal(await house.reason('clumsy@rdc.test', 'Guess-4'), 'too-many-failures')
    assert.equal(await house.reason('clumsy@rdc.test', 'Guess-5', OTHER_DEVICE), 'account-locked')
    const right = await house.reason('clumsy@rdc.test', 'Wonder-Land-1', OTHER_DEVICE)
    assert.equal(right, 'account-locked')
  })
}

/** What an Access-Accept does not show: groups, the NT hash, and each way to connect. */
async function asAClient(
  slapd: Slapd,
  samba: SambaAd,
  authority: CertificateAuthority,
  other: CertificateAuthority,
  test: Scenario['test'],
): Promise<void> {
  const pem = (of: CertificateAuthority): string => readFileSync(of.caFile, 'utf8')
  const everywhere = { baseDn: null, from: 'members' as const, nested: true }
  const openldap: Partial<DirectorySettings> = {
    ...{ caPem: pem(authority), baseDn: SLAPD.baseDn, groups: everywhere, kind: null },
    ...{ bindDn: SLAPD.bindDn, bindPassword: SLAPD.bindPassword },
  }
  const domain: Partial<DirectorySettings> = {
    ...{ caPem: pem(authority), baseDn: SAMBA_AD.baseDn, groups: everywhere, kind: null },
    ...{ bindDn: SAMBA_AD.bindDn, bindPassword: SAMBA_AD.bindPassword },
  }
  const ldap = `ldap://localhost:${slapd.port}`
  const ldaps = `ldaps://localhost:${slapd.tlsPort}`
  const login = async (
    url: string,
    settings: Partial<DirectorySettings>,
    person: readonly [string, string],
  ): Promise<{ verdict: unknown; said: string }> => {
    using one = testDirectory([url], settings)
    const verdict = await one.login(...person)
    for (let i = 0; i < 3; i += 1) if (!verdict.ok) await one.login(...person)
    return { verdict, said: JSON.stringify(one.events[0]?.[1]['reason'] ?? '') }
  }
  const alice = ['alice', 'wonderland'] as const
  const groups = (...names: string[]): unknown => ({
    ok: true,
    user: { username: 'alice', groups: names },
  })

  for (const [how, url, more] of [
    ['in clear on the loopback', `ldap://127.0.0.1:${slapd.port}`, {}],
    ['StartTLS', ldap, { startTls: true }],
    ['LDAPS', ldaps, {}],
  ] as const) {
    await test(`slapd, ${how}: groups of names, of groups in a ring, and of posixGroup`, async () => {
      const { verdict } = await login(url, { ...openldap, ...more }, alice)
      assert.deepEqual(verdict, groups('everyone', 'ring', 'staff', 'volunteers', 'wifi'))
    })
  }
  await test('slapd: groups by memberOf, which its overlay keeps, and those above them', async () => {
    await slapd.modify(
      `dn: cn=late,ou=groups,${SLAPD.baseDn}\nchangetype: add\nobjectClass: groupOfNames\ncn: late\nmember: uid=alice,ou=people,${SLAPD.baseDn}\n`,
    )
    const byAttribute = { ...everywhere, from: 'memberOf' as const }
    const { verdict } = await login(ldaps, { ...openldap, groups: byAttribute }, alice)
    assert.deepEqual(verdict, groups('late'))
  })
  const flat = { ...openldap, groups: { ...everywhere, nested: false } }
  await test(`slapd, which gives ${SLAPD.atOnce} entries at once: all 450 groups of a person count`, async () => {
    using one = testDirectory([ldaps], flat)
    const verdict = await one.login('busy', 'crowded')
    assert.ok(verdict.ok, JSON.stringify(verdict))
    assert.equal(verdict.user.groups.length, 450)
    assert.deepEqual(one.events, [])
  })
  await test('slapd: of more than 500 groups the first 500 count, and it is said', async () => {
    using one = testDirectory([ldaps], flat)
    const verdict = await one.login('busiest', 'crowded')
    assert.ok(verdict.ok, JSON.stringify(verdict))
    assert.equal(verdict.user.groups.length, 500)
    assert.deepEqual(
      one.events.map(([event]) => event),
      ['directory.groups.cut'],
    )
  })
  await test('slapd: what was written is read in pages, more than a thousand people and groups', async () => {
    using one = testDirectory([ldaps], openldap)
    const found = await one.directory.changes(0)
    assert.ok(found.ok, JSON.stringify(found))
    const { changes, isCut } = found.value
    const count = (kind: string): number => changes.filter((one) => one.kind === kind).length
    assert.equal(isCut, false)
    assert.ok(count('group') > 970 && count('person') > 200, `${changes.length}`)
    const before = new Set(changes.map(({ version }) => version))
    await slapd.modify(
      `dn: uid=busy,ou=people,${SLAPD.baseDn}\nchangetype: modify\nreplace: sn\nsn: later\n`,
    )
    const later = await one.directory.changes(Math.max(...changes.map(({ at }) => at)))
    assert.ok(later.ok)
    const fresh = later.value.changes.filter(({ version }) => !before.has(version))
    assert.deepEqual(
      fresh.map(({ name }) => name),
      ['busy'],
    )
  })
  await test('slapd: the NT hash, where the service account may read it', async () => {
    using one = testDirectory([ldaps], { ...openldap, ntHashAttribute: 'sambaNTPassword' })
    const found = await one.directory.ntHashOf(parseLoginName('alice'))
    assert.ok(found.ok)
    assert.equal(Buffer.from(found.ntHash).toString('hex'), '8846f7eaee8fb117ad06bdd830b7586c')
  })
  await test('slapd: an account that is switched off is refused without a password too', async () => {
    using one = testDirectory([ldaps], openldap)
    const bernard = parseLoginName('bernard')
    assert.deepEqual(await one.directory.standing(bernard), {
      ok: true,
      user: { username: 'bernard', groups: [] },
    })
    const change = (line: string): string =>
      `dn: uid=bernard,ou=people,${SLAPD.baseDn}\nchangetype: modify\n${line}\n`
    await slapd.modify(change('add: shadowExpire\nshadowExpire: 1'))
    const refused = { ok: false, reason: 'account-expired' }
    assert.deepEqual(await one.directory.standing(bernard), refused)
    assert.deepEqual(await one.login('bernard', 'hermite'), refused)
    await slapd.modify(change('delete: shadowExpire'))
  })
  for (const [how, url, more] of [
    ['StartTLS', 'ldap://localhost', { startTls: true }],
    ['LDAPS', 'ldaps://localhost', {}],
  ] as const) {
    await test(`Samba AD, ${how}: groups of groups, by the rule in chain`, async () => {
      const { verdict } = await login(url, { ...domain, ...more }, ['carol', 'Wonder-Land-1'])
      const names = ['everyone-here', 'staff', 'volunteers']
      assert.deepEqual(verdict, { ok: true, user: { username: 'carol', groups: names } })
    })
  }
  await test('Samba AD: disabled after it was let in, it is refused at the next question', async () => {
    using one = testDirectory(['ldaps://localhost'], domain)
    assert.equal((await one.login('carol', 'Wonder-Land-1')).ok, true)
    await samba.tool('user', 'disable', 'carol')
    const refused = { ok: false, reason: 'account-disabled' }
    assert.deepEqual(await one.directory.standing(parseLoginName('carol')), refused)
    assert.deepEqual(await one.login('carol', 'Wonder-Land-1'), refused)
    await samba.tool('user', 'enable', 'carol')
  })
  for (const [what, url, settings, said] of [
    ['a certificate of another authority', ldaps, { caPem: pem(other) }, /^"tls-untrusted/],
    ['the same after StartTLS', ldap, { caPem: pem(other), startTls: true }, /^"tls-untrusted/],
    ["only this machine's authorities", ldaps, { caPem: null }, /^"tls-untrusted/],
    ['a certificate of another name', `ldaps://127.0.0.1:${slapd.tlsPort}`, {}, /^"tls-name/],
    ['the same after StartTLS', `ldap://127.0.0.1:${slapd.port}`, { startTls: true }, /^"tls-name/],
    ['LDAPS to a port of LDAP', `ldaps://localhost:${slapd.port}`, {}, /^"(tls|lost|not-reached)/],
  ] as const) {
    await test(`no password is given to a server with ${what} (${url.slice(0, 5)})`, async () => {
      const tried = await login(url, { ...openldap, ...settings }, alice)
      assert.deepEqual(tried.verdict, { ok: false, reason: 'directory-unavailable' })
      assert.match(tried.said, said)
    })
  }
}

/** A declaration that cannot work is found by doctor, with what to do. */
async function trust(
  house: DirectoryHouse,
  slapd: Slapd,
  other: CertificateAuthority,
  test: Scenario['test'],
): Promise<void> {
  const wrongs: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['a foreign CA', { ca: other.caFile }, /not of the authority declared as ca .*; declare/],
    [
      'a wrong host name',
      { url: `ldaps://127.0.0.1:${slapd.tlsPort}` },
      /for another name .*; use in url a name that the certificate has/,
    ],
    [
      'a wrong bind password',
      { bind_password: 'wrong' },
      /refuses the service account .*; correct/,
    ],
    [
      'a base that is not there',
      { base_dn: 'dc=nowhere,dc=test' },
      /is not there, or .*; correct base_dn/,
    ],
    ['nobody to reach', { url: 'ldaps://localhost:1' }, /is not reached .*; check that it runs/],
  ]
  for (const [what, changes, sentence] of wrongs) {
    await test(`doctor: ${what}, and what to do`, async () => {
      await house.apply(changes)
      const { code, stdout } = await house.scenario.product.command('doctor')
      assert.equal(code, 1)
      const line = stdout.split('\n').find((one) => one.includes('directory national')) ?? ''
      assert.match(line, /wrong/)
      assert.match(line, sentence)
    })
  }
  await test('one of two servers that is away is a note, and people come in by the other', async () => {
    await house.apply({ url: `["ldaps://localhost:1", "ldaps://localhost:${slapd.tlsPort}"]` })
    const { stdout } = await house.scenario.product.command('doctor')
    assert.match(stdout, /note +.*directory national, ldaps:\/\/localhost:1/)
    await eventually('alice comes in', async () => {
      return (await house.reason('alice', 'wonderland')) === 'accept'
    })
    await house.apply()
  })
}

async function lostAndHung(
  house: DirectoryHouse,
  slapd: Slapd,
  test: Scenario['test'],
): Promise<void> {
  const { product } = house.scenario
  // What was said while the directory was declared wrongly is of another one.
  const saidBefore = product.running().output().length
  const mac = '02-00-5E-20-00-01'
  const byMac = async (): Promise<string | null> => {
    const attributes = [
      `User-Name = "${mac}"`,
      `Calling-Station-Id = "${mac}"`,
      'Service-Type = Call-Check',
      'Message-Authenticator = 0x00',
    ]
    const asked = { port: product.ports.radius, kind: 'auth' as const, secret: SECRET, attributes }
    return (await radclient({ ...asked, waitSeconds: 8 })).reply
  }
  const isBack = (): Promise<boolean> =>
    eventually(
      'bernard comes in again',
      async () => (await house.reason('bernard', 'hermite')) === 'accept',
      60_000,
    )

  await test('a device has a grant and a person is known, before anything goes', async () => {
    const path = signedPath({ gateway: 'gw-0042', secret: SECRET, mac, ip: '10.213.200.77' })
    await acceptTerms(product.portalUrl, path)
    await eventually('the grant is known', async () => (await byMac()) === 'Access-Accept')
    await eventually('alice is remembered by the directory as it is declared now', async () => {
      const { reply } = await house.login('alice', 'wonderland')
      const metrics = await house.metrics()
      const isDeclared = !metrics.includes('server="national ldaps://localhost:1"')
      const isKnown = metrics.includes('accueil_radius_directory_people{directory="national"} 1')
      return reply === 'Access-Accept' && isDeclared && isKnown
    })
  })
  await test('slapd killed: who is remembered and every device come in, others are refused', async () => {
    await slapd.running.crash()
    assert.equal(await byMac(), 'Access-Accept')
    assert.equal(await house.reason('alice', 'wonderland'), 'accept')
    assert.equal(await house.reason('alice', 'guess'), 'directory-unavailable')
    assert.equal(await house.reason('bernard', 'hermite'), 'directory-unavailable')
    assert.equal(await house.reason('bob', 'hello'), 'accept')
    assert.equal(await house.reason('carol@rdc.test', 'Wonder-Land-1'), 'accept')
  })
  await test('slapd back: everybody comes in, and the log says once for each part that it went and came', async () => {
    await slapd.restart()
    await isBack()
    const about = (event: string): number =>
      product
        .running()
        .output()
        .slice(saidBefore)
        .split('\n')
        .filter((line) => line.includes(`"${event}"`) && line.includes(`:${slapd.tlsPort}`)).length
    // Who answers logins and who looks for changes hold a connection each.
    assert.ok(about('directory.server.lost') <= 2)
    await eventually(
      'each that lost it has it back',
      () => about('directory.server.lost') === about('directory.server.recovered'),
    )
  })
  await test('slapd hung: devices and people who are remembered come in while sixty strangers wait', async () => {
    process.kill(slapd.running.pid, 'SIGSTOP')
    const before = await house.rejects()
    const strangers = Array.from({ length: 60 }, (_, i) => papOf(`stranger-${i}`, 'x').join('\n'))
    const waiting = run(
      [
        ...['radclient', '-x', '-r', '1', '-t', '15', '-p', '60'],
        ...[`127.0.0.1:${product.ports.radius}`, 'auth', SECRET],
      ],
      { input: `${strangers.join('\n\n')}\n` },
    )
    for (let i = 0; i < 3; i += 1) {
      assert.equal(await byMac(), 'Access-Accept')
      assert.equal(await house.reason('alice', 'wonderland'), 'accept')
      assert.equal(await house.reason('bob', 'hello'), 'accept')
    }
    const { stdout } = await waiting
    assert.equal(stdout.match(/^Received Access-Reject/gm)?.length, 60, stdout)
    const after = await house.rejects()
    const more = (reason: string): number => (after.get(reason) ?? 0) - (before.get(reason) ?? 0)
    assert.ok(more('directory-busy') > 0, 'none was refused at once')
    assert.ok(more('directory-unavailable') > 0, 'none waited')
    assert.equal(more('directory-busy') + more('directory-unavailable'), 60)
  })
  await test('slapd goes on: everybody comes in', async () => {
    process.kill(slapd.running.pid, 'SIGCONT')
    await isBack()
  })
}
