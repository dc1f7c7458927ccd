import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { silentLog } from '#core/log.ts'
import { ntHash } from '#core/nt-hash.ts'
import { hashPassword } from '#core/password.ts'
import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { Account } from '#db/accounts.ts'
import { decodeEvent } from '#db/event-line.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import type { EapSession } from '#db/eap-sessions.ts'
import type { LoginRow } from '#db/login-traces.ts'
import { EAP_TYPE } from '../eap/eap-packet.ts'
import { createTunnelContexts } from '../eap/tunnel-contexts.ts'
import type { TunnelContexts, TunnelCredentials } from '../eap/tunnel-contexts.ts'
import { composeServer } from '../compose-server.ts'
import type { ComposedServer } from '../compose-server.ts'
import type { Service } from '../request.ts'
import { createMemorySpool } from './memory-spool.ts'
import type { MemorySpool } from './memory-spool.ts'
import { SECRET, readReply } from './gateway.ts'
import { sourceOf } from './source.ts'
import type { Reply } from './gateway.ts'

/** A house for tests in memory: what is in it can be changed while the server runs. */
export interface TestHouse {
  gateways: readonly Gateway[]
  accounts: ReadonlyMap<string, Account>
  grants: Map<string, number>
  /** What only the database knows; throws or hangs if the test says so. */
  findGrant: (mac: string) => Promise<number | null>
  written: AccountingRecord[]
  restarts: GatewayRestart[]
  /** The journal; rejects or hangs if the test says so. */
  append: (lines: readonly string[]) => Promise<void>
  spool: MemorySpool
  now: number
  deviceCas: readonly DeviceCa[]
  /** What the fleet shares, by identifier in hexadecimal. */
  eapSessions: Map<string, EapSession>
  saveEapSessions: (sessions: readonly EapSession[]) => Promise<void>
  loadEapSession: (id: Uint8Array) => Promise<EapSession | null>
  tunnelContexts: TunnelContexts | null
  /** What was written of logins; fails if the test says so. */
  logins: LoginRow[]
  saveLogins: (rows: readonly LoginRow[]) => Promise<void>
}

export interface TestServer extends ComposedServer {
  readonly house: TestHouse
  readonly metrics: ComposedServer['metrics']
  readonly registry: Metrics
  send(service: Service, request: Uint8Array, from?: string, port?: number): Promise<Buffer | null>
  /** Sends and checks the reply's authenticators. */
  ask(service: Service, request: Buffer, from?: string, port?: number): Promise<Reply | null>
}

const QUICK = { memory: 64, passes: 1, parallelism: 1 }

export function network(kind: NetworkKind, changes: Partial<Network> = {}): Network {
  return {
    site: '75-0042',
    siteName: 'Centre Nation',
    association: '75',
    timezone: 'Europe/Paris',
    kind,
    vlan: kind === 'staff' ? 20 : null,
    grantSeconds: 30 * 86_400,
    subnets: [kind === 'staff' ? '192.168.78.0/24' : '192.168.77.0/24'],
    nat: null,
    ...changes,
  }
}

export function gateway(changes: Partial<Gateway> = {}): Gateway {
  return {
    name: 'gw-0042',
    site: '75-0042',
    siteName: 'Centre Nation',
    association: '75',
    address: '127.0.0.1/32',
    secret: SECRET,
    kind: 'generic',
    fas: null,
    radsec: null,
    coa: null,
    guest: network('guest'),
    staff: network('staff'),
    ...changes,
  }
}

export async function account(
  username: string,
  password: string,
  changes: { mschap?: boolean } = {},
): Promise<Account> {
  const passwordHash = await hashPassword(password, QUICK)
  const hash = changes.mschap === true ? ntHash(password) : null
  return { username, passwordHash, groups: ['staff'], ntHash: hash }
}

export async function createTestServer(
  options: {
    certificates?: readonly TunnelCredentials[]
    accounts?: readonly Account[]
    deviceCas?: readonly DeviceCa[]
    /** Of another server, to share its fleet. */
    eapSessions?: Map<string, EapSession>
  } = {},
): Promise<TestServer> {
  const accounts = options.accounts ?? [await account('bob', 'hello')]
  const decoy = await hashPassword('nobody has this', QUICK)
  const house: TestHouse = {
    gateways: [gateway()],
    accounts: new Map(accounts.map((one) => [one.username, one])),
    grants: new Map(),
    findGrant: () => Promise.resolve(null),
    written: [],
    restarts: [],
    spool: createMemorySpool(),
    append: (lines) => {
      for (const line of lines) {
        const event = decodeEvent(line)
        if (event?.kind === 'record') house.written.push(event.record)
        if (event?.kind === 'restart') house.restarts.push(event.restart)
      }
      return Promise.resolve()
    },
    now: Date.UTC(2026, 10, 23, 12),
    deviceCas: options.deviceCas ?? [],
    eapSessions: options.eapSessions ?? new Map(),
    saveEapSessions: (sessions) => {
      for (const one of sessions) house.eapSessions.set(hex(one.id), one)
      return Promise.resolve()
    },
    loadEapSession: (id) => Promise.resolve(house.eapSessions.get(hex(id)) ?? null),
    tunnelContexts: null,
    logins: [],
    saveLogins: (rows) => {
      house.logins.push(...rows)
      return Promise.resolve()
    },
  }
  if (options.certificates !== undefined) {
    const roots = house.deviceCas.map(({ chainPem }) => chainPem)
    house.tunnelContexts = createTunnelContexts(options.certificates, roots)
  }
  const registry = createMetrics()
  const composed = composeServer({
    gateways: () => house.gateways,
    accounts: () => house.accounts,
    grants: {
      until: (mac) => house.grants.get(mac) ?? null,
      find: (mac) => house.findGrant(mac),
    },
    journal: { append: (lines) => house.append(lines) },
    spool: house.spool,
    tunnelContexts: () => {
      if (house.tunnelContexts === null) throw new Error('this test has no certificate')
      return house.tunnelContexts
    },
    deviceCas: () => house.deviceCas,
    saveEapSessions: (sessions) => house.saveEapSessions(sessions),
    loadEapSession: (id) => house.loadEapSession(id),
    saveLogins: (rows) => house.saveLogins(rows),
    firstEapMethod: EAP_TYPE.TTLS,
    decoyHash: () => decoy,
    log: silentLog,
    metrics: registry,
    clock: () => house.now,
  })
  async function send(
    service: Service,
    request: Uint8Array,
    from = '127.0.0.1',
    port = 40_000,
  ): Promise<Buffer | null> {
    const reply = await composed.server.handle(service, request, sourceOf(from, port))
    return reply === null ? null : Buffer.from(reply)
  }
  return {
    ...composed,
    house,
    registry,
    send,
    async ask(service, request, from, port) {
      const reply = await send(service, request, from, port)
      return reply === null ? null : readReply(reply, request)
    },
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
