import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { EMBEDDED_USER, startEmbedded } from '#db/embedded.ts'
import { start } from './process.ts'
import type { Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface FreeRadius extends Running {
  readonly authPort: number
  readonly acctPort: number
  /** The data folder of the Postgres it writes accounting to. */
  readonly dataDir: string
}

export interface FreeRadiusOptions {
  readonly authPort: number
  readonly acctPort: number
  readonly secret: string
  readonly users: readonly { readonly name: string; readonly password: string }[]
  /** Where it finds them; the file if not given. */
  readonly usersIn?: 'file' | 'sql'
  /** EAP-TTLS with PAP inside, under this certificate. */
  readonly certificate?: { readonly chainPem: string; readonly keyPem: string }
}

const PACKAGE = '/etc/freeradius/3.0'

/**
 * FreeRADIUS 3.2 as a peer: PAP and EAP-TTLS with users from a file or from Postgres, accounting into
 * Postgres, by its own schema and queries. The limits are raised so that it is the work that is measured
 * and not a default.
 */
export async function startFreeRadius(
  folder: RunFolder,
  o: FreeRadiusOptions,
): Promise<FreeRadius> {
  const home = folder.fresh('freeradius')
  mkdirSync(home)
  cpSync(join(PACKAGE, 'mods-config'), join(home, 'mods-config'), { recursive: true })
  const dataDir = folder.fresh('freeradius-data')
  const database = await startEmbedded({ dataDir })
  const schema = join(home, 'mods-config/sql/main/postgresql/schema.sql')
  const socket = new URL(database.url).searchParams.get('host') ?? ''
  const login = { host: socket, username: EMBEDDED_USER, database: 'postgres' }
  const sql = postgres({ ...login, max: 1, onnotice: () => undefined })
  await sql.unsafe(readFileSync(schema, 'utf8'))
  if (o.usersIn === 'sql') {
    const rows = o.users.map(({ name, password }) => ({
      ...{ username: name, attribute: 'Cleartext-Password', op: ':=', value: password },
    }))
    await sql`insert into radcheck ${sql(rows)}`
  }
  await sql.end()

  const users = o.users.map(({ name, password }) => `${name} Cleartext-Password := "${password}"\n`)
  writeFileSync(join(home, 'users'), users.join(''))
  if (o.certificate !== undefined) {
    writeFileSync(join(home, 'server.pem'), o.certificate.chainPem)
    writeFileSync(join(home, 'server.key'), o.certificate.keyPem)
  }
  writeFileSync(join(home, 'radiusd.conf'), settings(home, socket, o))
  const running = start('freeradius', ['freeradius', '-d', home, '-f', '-l', 'stdout'], { folder })
  const release = async (): Promise<void> => {
    await running.stop()
    await database.release()
  }
  try {
    await running.printed(/Ready to process requests/)
  } catch (error) {
    await release()
    throw error
  }
  return { ...running, ...o, dataDir, [Symbol.asyncDispose]: release }
}

function settings(home: string, socket: string, o: FreeRadiusOptions): string {
  const hasEap = o.certificate !== undefined
  const people = o.usersIn === 'sql' ? 'sql' : 'files'
  const listen = (type: string, port: number): string =>
    block('listen', `type = ${type}`, 'ipaddr = 127.0.0.1', `port = ${port}`)
  const sql = [
    'dialect = "postgresql"',
    'driver = "rlm_sql_postgresql"',
    `server = "${socket}"`,
    `login = "${EMBEDDED_USER}"`,
    'radius_db = "postgres"',
    ...TABLES.map(([setting, table]) => `${setting} = "${table}"`),
    'read_clients = no',
    'group_attribute = "SQL-Group"',
    block('pool', 'start = 32', 'min = 32', 'max = 32', 'spare = 0', 'uses = 0', 'lifetime = 0'),
    `$INCLUDE ${home}/mods-config/sql/main/postgresql/queries.conf`,
  ]
  return [
    'prefix = /usr',
    `logdir = ${home}`,
    `raddbdir = ${home}`,
    `confdir = ${home}`,
    `run_dir = ${home}`,
    'libdir = /usr/lib/freeradius',
    'max_request_time = 30',
    'cleanup_delay = 2',
    'max_requests = 1000000',
    'hostname_lookups = no',
    block('log', 'destination = stdout', 'auth = no'),
    block('security', 'max_attributes = 200', 'reject_delay = 1', 'status_server = no'),
    block(
      'thread pool',
      'start_servers = 5',
      'max_servers = 32',
      'min_spare_servers = 3',
      'max_spare_servers = 10',
      'max_requests_per_server = 0',
      'auto_limit_acct = no',
    ),
    block('client bench', 'ipaddr = 127.0.0.1', `secret = ${o.secret}`),
    block(
      'modules',
      block('pap', 'normalise = yes'),
      block('expr'),
      block('files', `usersfile = ${home}/users`),
      block('sql', ...sql),
      ...(hasEap ? [eap(home)] : []),
    ),
    block('policy', `$INCLUDE ${PACKAGE}/policy.d/accounting`),
    block(
      'server bench',
      listen('auth', o.authPort),
      listen('acct', o.acctPort),
      block('authorize', ...(hasEap ? [block('eap', 'ok = return')] : []), people, 'pap'),
      block('authenticate', ...(hasEap ? ['eap'] : []), block('Auth-Type PAP', 'pap')),
      block('preacct', 'acct_unique'),
      block('accounting', 'sql'),
    ),
    block(
      'server inner',
      block('authorize', people, 'pap'),
      block('authenticate', block('Auth-Type PAP', 'pap')),
    ),
    '',
  ].join('\n')
}

/** Fragments as long as ours, so that both take the same round trips. */
function eap(home: string): string {
  return block(
    'eap',
    'default_eap_type = ttls',
    'max_sessions = 16384',
    block(
      'tls-config tls-bench',
      `private_key_file = ${home}/server.key`,
      `certificate_file = ${home}/server.pem`,
      'tls_min_version = "1.2"',
      'tls_max_version = "1.3"',
      'cipher_list = "DEFAULT"',
      'ecdh_curve = "X25519:P-256"',
      'fragment_size = 1014',
    ),
    block('ttls', 'tls = tls-bench', 'virtual_server = inner'),
  )
}

const TABLES = [
  ['acct_table1', 'radacct'],
  ['acct_table2', 'radacct'],
  ['postauth_table', 'radpostauth'],
  ['authcheck_table', 'radcheck'],
  ['groupcheck_table', 'radgroupcheck'],
  ['authreply_table', 'radreply'],
  ['groupreply_table', 'radgroupreply'],
  ['usergroup_table', 'radusergroup'],
  ['client_table', 'nas'],
] as const

function block(name: string, ...lines: readonly string[]): string {
  return [`${name} {`, ...lines, '}'].join('\n')
}
