import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-ports.ts'
import { start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface FreeRadiusRealm extends Running {
  readonly port: number
  readonly acctPort: number
  /** Takes CoA-Requests, and says no to Disconnect-Requests, as some controllers do. */
  readonly coaPort: number
}

export interface RealmOptions {
  readonly secret: string
  readonly users: readonly { readonly name: string; readonly password: string }[]
  /** Of its EAP-TTLS and PEAP. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string }
  /** Puts a Message-Authenticator in replies without EAP: 3.2.1 does so only when it is told to. */
  readonly signsReplies?: boolean
  /** Names with `@` in `realm` it sends on to this server. */
  readonly proxyTo?: { readonly realm: string; readonly port: number; readonly acctPort: number }
  /** A port that it had before, to be the same server again. */
  readonly ports?: { readonly port: number; readonly acctPort: number }
}

/** FreeRADIUS 3.2 as somebody else's RADIUS server: the home of a realm, or a proxy before us, or both. */
export async function startFreeRadiusRealm(
  folder: RunFolder,
  o: RealmOptions,
): Promise<FreeRadiusRealm> {
  const home = folder.fresh('freeradius-realm')
  mkdirSync(home)
  const { port, acctPort } = o.ports ?? { port: await freePort(), acctPort: await freePort() }
  const ports = { port, acctPort }
  const coaPort = await freePort()
  const users = o.users.map(({ name, password }) => `${name} Cleartext-Password := "${password}"\n`)
  writeFileSync(join(home, 'users'), users.join(''))
  writeFileSync(join(home, 'radiusd.conf'), settings(home, { ...o, ...ports, coaPort }))
  const command = ['freeradius', '-d', home, '-f', '-xx', '-l', 'stdout']
  const running = start('freeradius-realm', command, { folder })
  await running.printed(/Ready to process requests/, 60_000)
  return { ...running, ...ports, coaPort }
}

type Settings = RealmOptions & Pick<FreeRadiusRealm, 'port' | 'acctPort' | 'coaPort'>

function settings(home: string, o: Settings): string {
  const listen = (type: string, port: number): string =>
    block('listen', `type = ${type}`, 'ipaddr = 127.0.0.1', `port = ${port}`)
  const sign = 'update reply {\nMessage-Authenticator := 0x00\n}'
  const toRealm = `if (&User-Name =~ /@${o.proxyTo?.realm.replaceAll('.', '[.]')}$/) {
update control {
Proxy-To-Realm := "ours"
}
}`
  return [
    'prefix = /usr',
    `logdir = ${home}`,
    `raddbdir = ${home}`,
    `confdir = ${home}`,
    `run_dir = ${home}`,
    'libdir = /usr/lib/freeradius',
    'max_request_time = 30',
    'cleanup_delay = 2',
    'max_requests = 4096',
    'hostname_lookups = no',
    `proxy_requests = ${o.proxyTo === undefined ? 'no' : 'yes'}`,
    block('log', 'destination = stdout', 'auth = no'),
    block('security', 'max_attributes = 200', 'reject_delay = 0', 'status_server = yes'),
    block('thread pool', 'start_servers = 2', 'max_servers = 8', 'min_spare_servers = 1'),
    block('client all', 'ipaddr = 127.0.0.1', `secret = ${o.secret}`),
    ...(o.proxyTo === undefined ? [] : proxying(o.secret, o.proxyTo)),
    block('modules', ...modules(home, o)),
    block(
      'server default',
      listen('auth', o.port),
      listen('acct', o.acctPort),
      listen('coa', o.coaPort),
      block(
        'authorize',
        ...(o.proxyTo === undefined ? [] : [toRealm]),
        'chap',
        'mschap',
        block('eap', 'ok = return'),
        'files',
        'pap',
      ),
      block(
        'authenticate',
        block('Auth-Type PAP', 'pap'),
        block('Auth-Type CHAP', 'chap'),
        block('Auth-Type MS-CHAP', 'mschap'),
        'eap',
      ),
      block('preacct', ...(o.proxyTo === undefined ? [] : [toRealm])),
      block('accounting', 'ok'),
      block('recv-coa', 'if (&request:Packet-Type == Disconnect-Request) {\nreject\n}', 'ok'),
      block(
        'post-auth',
        ...(o.signsReplies === true ? [sign] : []),
        block('Post-Auth-Type REJECT', ...(o.signsReplies === true ? [sign] : [])),
      ),
      // 3.2.1 signs what it sends on only with EAP, and a Proxy-State without a signature is refused.
      block('pre-proxy', 'update proxy-request {\nMessage-Authenticator := 0x00\n}'),
    ),
    '',
  ].join('\n')
}

function modules(home: string, { certificate }: RealmOptions): readonly string[] {
  return [
    block('always ok', 'rcode = ok'),
    block('always reject', 'rcode = reject'),
    block('pap', 'normalise = yes'),
    block('chap'),
    block('mschap', 'use_mppe = yes'),
    block('expr'),
    block('files', `usersfile = ${home}/users`),
    block(
      'eap',
      'default_eap_type = ttls',
      'timer_expire = 60',
      'max_sessions = 1024',
      block('mschapv2'),
      block('gtc', 'auth_type = PAP'),
      block(
        'tls-config common',
        `private_key_file = ${certificate.keyFile}`,
        `certificate_file = ${certificate.certFile}`,
        'tls_min_version = "1.2"',
        'tls_max_version = "1.3"',
        'ecdh_curve = ""',
        block('cache', 'enable = no'),
      ),
      block('ttls', 'tls = common', 'virtual_server = default', 'default_eap_type = mschapv2'),
      block('peap', 'tls = common', 'virtual_server = default', 'default_eap_type = mschapv2'),
    ),
  ]
}

function proxying(secret: string, to: NonNullable<RealmOptions['proxyTo']>): readonly string[] {
  const server = (type: string, port: number): string =>
    block(
      `home_server ours-${type}`,
      `type = ${type}`,
      'ipaddr = 127.0.0.1',
      `port = ${port}`,
      `secret = ${secret}`,
      'response_window = 20',
      'status_check = status-server',
    )
  return [
    block('proxy server', 'default_fallback = no'),
    server('auth', to.port),
    server('acct', to.acctPort),
    block('home_server_pool ours-auth', 'type = fail-over', 'home_server = ours-auth'),
    block('home_server_pool ours-acct', 'type = fail-over', 'home_server = ours-acct'),
    block('realm ours', 'auth_pool = ours-auth', 'acct_pool = ours-acct', 'nostrip'),
  ]
}

function block(name: string, ...lines: readonly string[]): string {
  return [`${name} {`, ...lines, '}'].join('\n')
}
