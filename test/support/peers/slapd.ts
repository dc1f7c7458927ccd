import { mkdirSync } from 'node:fs'
import type { CertificateAuthority } from './certificate-authority.ts'
import { freePort } from './free-ports.ts'
import { eventually, must, run, start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Slapd extends AsyncDisposable {
  /** Of the process that runs now: for signals. */
  readonly running: Running
  readonly port: number
  readonly tlsPort: number
  /** As the service account's own owner: `dn: …`, `changetype: modify`, … */
  modify(ldif: string): Promise<void>
  /** Starts it again on the same ports and data, after it was killed. */
  restart(): Promise<void>
}

export const SLAPD = {
  baseDn: 'dc=restos,dc=test',
  bindDn: 'cn=accueil,dc=restos,dc=test',
  bindPassword: 'let-me-look',
  rootDn: 'cn=admin,dc=restos,dc=test',
  rootPassword: 'administrator',
  /** Entries that it gives the service account at once; all of them in pages. */
  atOnce: 100,
} as const

/** OpenLDAP's server with memberOf and the password policy, and the people below; with `crowd` many more. */
export async function startSlapd(
  folder: RunFolder,
  authority: CertificateAuthority,
  crowd: readonly string[] = [],
): Promise<Slapd> {
  const port = await freePort()
  const tlsPort = await freePort()
  const data = folder.fresh('slapd-data')
  mkdirSync(data)
  const { certFile, keyFile } = await authority.issue('localhost')
  const settings = folder.write('slapd.conf', settingsOf(data, authority.caFile, certFile, keyFile))
  const people = folder.write('people.ldif', [PEOPLE, ...crowd].join('\n'))
  await must(['slapadd', '-f', settings, '-l', people])

  const urls = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`
  const launch = async (): Promise<Running> => {
    const running = start('slapd', ['slapd', '-d', '0', '-f', settings, '-h', urls], { folder })
    await eventually('slapd answers', async () => {
      if (!running.alive()) throw new Error(`slapd ended:\n${running.output()}`)
      const asked = ['ldapsearch', '-x', '-H', `ldap://127.0.0.1:${port}`, '-s', 'base', '-b', '']
      return (await run(asked)).code === 0
    })
    return running
  }
  let running = await launch()
  return {
    get running() {
      return running
    },
    port,
    tlsPort,
    async modify(ldif) {
      const as = ['-D', SLAPD.rootDn, '-w', SLAPD.rootPassword]
      // "relax": operational attributes too.
      const command = ['ldapmodify', '-x', '-e', 'relax', '-H', `ldap://127.0.0.1:${port}`]
      await must([...command, ...as], { input: ldif })
    },
    async restart() {
      running = await launch()
    },
    async [Symbol.asyncDispose]() {
      // One that was stopped by SIGSTOP hears nothing else.
      if (running.alive()) process.kill(running.pid, 'SIGCONT')
      await running.stop()
    },
  }
}

function settingsOf(data: string, caFile: string, certFile: string, keyFile: string): string {
  return `modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.7165.2.1.25 NAME 'sambaNTPassword'
  EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{32} SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.7165.2.2.6 NAME 'sambaSamAccount' SUP top AUXILIARY MAY sambaNTPassword )
TLSCACertificateFile ${caFile}
TLSCertificateFile ${certFile}
TLSCertificateKeyFile ${keyFile}
database mdb
suffix "${SLAPD.baseDn}"
rootdn "${SLAPD.rootDn}"
rootpw ${SLAPD.rootPassword}
directory ${data}
overlay memberof
overlay ppolicy
ppolicy_default "cn=policy,${SLAPD.baseDn}"
ppolicy_use_lockout
limits dn.exact="${SLAPD.bindDn}" size.soft=${SLAPD.atOnce} size.hard=${SLAPD.atOnce} size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to attrs=sambaNTPassword by dn.exact="${SLAPD.bindDn}" read by * none
access to * by dn.exact="${SLAPD.bindDn}" read by anonymous auth by * none
`
}

/** Somebody called `name` in so many groups, and as many others. */
export function slapdCrowd(name: string, groups: number, people: number): readonly string[] {
  return [
    person(name, 'crowded'),
    ...Array.from({ length: groups }, (_, i) => group(`${name}-${i}`, `uid=${name},ou=people`)),
    ...Array.from({ length: people }, (_, i) => person(`one-of-${name}-${i}`, 'crowded')),
  ]
}

const person = (uid: string, password: string, more: readonly string[] = []): string =>
  [
    `dn: uid=${uid},ou=people,${SLAPD.baseDn}`,
    'objectClass: inetOrgPerson',
    'objectClass: shadowAccount',
    'objectClass: sambaSamAccount',
    `uid: ${uid}`,
    `cn: ${uid}`,
    `sn: ${uid}`,
    `userPassword: ${password}`,
    ...more,
    '',
  ].join('\n')

const group = (cn: string, ...members: readonly string[]): string =>
  [
    `dn: cn=${cn},ou=groups,${SLAPD.baseDn}`,
    'objectClass: groupOfNames',
    `cn: ${cn}`,
    ...members.map((dn) => `member: ${dn},${SLAPD.baseDn}`),
    '',
  ].join('\n')

const entry = (dn: string, ...lines: readonly string[]): string =>
  [`dn: ${dn}`, ...lines, ''].join('\n')

const PEOPLE = [
  entry(
    SLAPD.baseDn,
    'objectClass: dcObject',
    'objectClass: organization',
    'o: Restos',
    'dc: restos',
  ),
  ...['people', 'groups'].map((ou) =>
    entry(`ou=${ou},${SLAPD.baseDn}`, 'objectClass: organizationalUnit', `ou: ${ou}`),
  ),
  entry(
    SLAPD.bindDn,
    ...['objectClass: organizationalRole', 'objectClass: simpleSecurityObject'],
    ...['cn: accueil', `userPassword: ${SLAPD.bindPassword}`],
  ),
  entry(
    `cn=policy,${SLAPD.baseDn}`,
    ...[
      'objectClass: device',
      'objectClass: pwdPolicy',
      'cn: policy',
      'pwdAttribute: userPassword',
    ],
    ...['pwdLockout: TRUE', 'pwdMaxFailure: 3', 'pwdMaxAge: 31536000', 'pwdMustChange: TRUE'],
  ),
  person('alice', 'wonderland', ['sambaNTPassword: 8846F7EAEE8FB117AD06BDD830B7586C']),
  person('bernard', 'hermite'),
  person('switched-off', 'was-here', [
    'shadowExpire: 1',
    'sambaNTPassword: 8846F7EAEE8FB117AD06BDD830B7586C',
  ]),
  person('hélène', 'été-2026'),
  person('gone', 'was-here', ['pwdAccountLockedTime: 000001010000Z']),
  person('ended', 'was-here', ['shadowExpire: 19000']),
  person('old', 'too-old', ['pwdChangedTime: 20200101000000Z']),
  person('reset', 'first-one', ['pwdReset: TRUE']),
  person('locked', 'locked-out'),
  entry(
    `cn=twin one,ou=people,${SLAPD.baseDn}`,
    ...['objectClass: inetOrgPerson', 'uid: twin', 'cn: twin one', 'sn: one', 'userPassword: one'],
  ),
  entry(
    `cn=twin two,ou=people,${SLAPD.baseDn}`,
    ...['objectClass: inetOrgPerson', 'uid: twin', 'cn: twin two', 'sn: two', 'userPassword: two'],
  ),
  group('volunteers', 'uid=alice,ou=people', 'uid=hélène,ou=people'),
  group('staff', 'cn=volunteers,ou=groups'),
  // A ring: staff holds volunteers, everyone holds staff, and volunteers' own holder is in it again.
  group('everyone', 'cn=staff,ou=groups', 'cn=ring,ou=groups'),
  group('ring', 'cn=everyone,ou=groups'),
  entry(
    `cn=wifi,ou=groups,${SLAPD.baseDn}`,
    ...['objectClass: posixGroup', 'cn: wifi', 'gidNumber: 5000', 'memberUid: alice'],
  ),
].join('\n')
