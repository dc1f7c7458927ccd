import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { silentLog } from '#core/log.ts'
import { hashPassword } from '#core/password.ts'
import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { Account } from '#db/accounts.ts'
import { decodeEvent } from '#db/event-line.ts'
import type { Gateway } from '#db/gateways.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import { createTunnelContext } from '../eap/tls-tunnel.ts'
import type { TunnelCredentials } from '../eap/tls-tunnel.ts'
import { composeServer } from '../main.ts'
import type { ComposedServer } from '../main.ts'
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

export async function account(username: string, password: string): Promise<Account> {
  return { username, passwordHash: await hashPassword(password, QUICK), groups: ['staff'] }
}

export async function createTestServer(
  options: { certificate?: TunnelCredentials; accounts?: readonly Account[] } = {},
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
  }
  const context =
    options.certificate === undefined ? null : createTunnelContext(options.certificate)
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
    tunnelContext: () => {
      if (context === null) throw new Error('this test has no certificate')
      return context
    },
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
