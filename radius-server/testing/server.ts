import { randomBytes } from 'node:crypto'
import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { silentLog } from '#core/log.ts'
import type { Log } from '#core/log.ts'
import { DEFAULT_RADIUS_LIMITS } from '#core/radius-limits.ts'
import type { RadiusLimits } from '#core/radius-limits.ts'
import { ntHash } from '#core/nt-hash.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import { hashPassword } from '#core/password.ts'
import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { Account } from '#db/accounts.ts'
import { decodeEvent } from '#db/event-line.ts'
import type { Sighting } from '#db/gateway-postures.ts'
import type { Gateway } from '#db/gateways.ts'
import type { PersonState } from '#db/person-table.ts'
import type { Policy } from '#db/policies.ts'
import type { Network, NetworkKind } from '#db/sites.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import { NO_DEVICE_KEYS } from '#db/device-keys.ts'
import type { DeviceKey, DeviceKeys } from '#db/device-keys.ts'
import type { EapSession } from '#db/eap-sessions.ts'
import type { EnrolledDevice } from '#db/enrolled-devices.ts'
import type { InternalGrant } from '#db/internal-grants.ts'
import type { LoginRow } from '#db/login-traces.ts'
import { EAP_TYPE } from '../eap/eap-packet.ts'
import type { TlsEngine } from '../eap/tls-engine.ts'
import type { TunnelContexts } from '../eap/tls-tunnel.ts'
import { createTunnelContexts } from '../eap/tunnel-contexts.ts'
import type { TunnelCredentials } from '../eap/tunnel-settings.ts'
import { OWNER_BYTES } from '../hand-over/owner.ts'
import type { Siblings } from '../hand-over/siblings.ts'
import type { TakeCredential } from '../access/one-time-login.ts'
import { composeServer } from '../compose-server.ts'
import type { ComposedServer } from '../compose-server.ts'
import { limitSizes } from '../limits/sizes.ts'
import { GatewayWatch } from '../posture/gateway-watch.ts'
import type { HomeTimes } from '../proxy/home-server.ts'
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
  /** Those of whom an identity provider told. */
  readonly people: Map<string, PersonState>
  policies: readonly Policy[]
  grants: Map<string, number>
  /** Devices that somebody of the staff signed in for. */
  readonly internalGrants: Map<string, InternalGrant>
  findInternalGrant: (mac: string) => Promise<InternalGrant | null>
  /** What only the database knows; throws or hangs if the test says so. */
  readonly captives: Map<string, string>
  readonly credentials: Map<
    string,
    { gateway: string; mac: string; password: string; until: number }
  >
  takeCredential: TakeCredential
  findGrant: (mac: string) => Promise<number | null>
  written: AccountingRecord[]
  restarts: GatewayRestart[]
  /** The journal; rejects or hangs if the test says so. */
  append: (lines: readonly string[]) => Promise<void>
  spool: MemorySpool
  /** What was written of gateways; rejects if the test says so. */
  postures: Sighting[]
  savePostures: (sightings: readonly Sighting[]) => Promise<void>
  now: number
  deviceCas: readonly DeviceCa[]
  issuing: readonly string[]
  enrolled: readonly EnrolledDevice[]
  readonly seen: string[]
  deviceKeys: DeviceKeys
  bindDevice: (key: DeviceKey, mac: string) => Promise<boolean>
  /** What the fleet shares, by identifier in hexadecimal. */
  eapSessions: Map<string, EapSession>
  saveEapSessions: (sessions: readonly EapSession[]) => Promise<void>
  loadEapSession: (id: Uint8Array) => Promise<EapSession | null>
  tunnelContexts: TunnelContexts | null
  /** What was written of logins; fails if the test says so. */
  logins: LoginRow[]
  saveLogins: (rows: readonly LoginRow[]) => Promise<void>
  /** The other processes of this machine; there are none unless the test says so. */
  askOwner: Siblings['ask']
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
    captive: null,
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
    formerSecret: null,
    kind: 'generic',
    vendor: 'standard',
    fas: null,
    radsec: null,
    coa: null,
    messageAuthenticator: 'required',
    guest: network('guest'),
    staff: network('staff'),
    ...changes,
  }
}

/** For everyone, giving nothing, unless the changes say otherwise. */
export function policy(name: string, changes: Partial<Policy> = {}): Policy {
  return {
    name,
    ...{ network: null, groups: [], associations: [], sites: [], hours: [] },
    ...{ proofs: [], devices: [] },
    ...{ vlan: null, sessionSeconds: null, downKbit: null, upKbit: null },
    ...{ filter: null, redirect: null, refusal: null },
    ...changes,
  }
}

export function watch(name = 'gw-0042'): GatewayWatch {
  return new GatewayWatch(name, limitSizes(DEFAULT_RADIUS_LIMITS))
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
    issuing?: readonly string[]
    policies?: readonly Policy[]
    limits?: Partial<RadiusLimits>
    log?: Log
    /** Of another server, to share its fleet. */
    eapSessions?: Map<string, EapSession>
    homeTimes?: HomeTimes
    udp?: UdpLayer
    /** node:tls if not given. */
    engine?: TlsEngine | null
    /** The tag in front of each State. */
    owner?: Uint8Array
  } = {},
): Promise<TestServer> {
  const accounts = options.accounts ?? [await account('bob', 'hello')]
  const decoy = await hashPassword('nobody has this', QUICK)
  const house: TestHouse = {
    gateways: [gateway()],
    accounts: new Map(accounts.map((one) => [one.username, one])),
    people: new Map(),
    policies: options.policies ?? [],
    grants: new Map(),
    internalGrants: new Map(),
    findInternalGrant: () => Promise.resolve(null),
    findGrant: () => Promise.resolve(null),
    captives: new Map(),
    credentials: new Map(),
    takeCredential({ name, gateway: at, mac }) {
      const held = house.credentials.get(name)
      if (held === undefined || held.gateway !== at || held.mac !== mac)
        return Promise.resolve(null)
      house.credentials.delete(name)
      return Promise.resolve({ password: held.password, until: held.until })
    },
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
    postures: [],
    savePostures: (sightings) => {
      house.postures.push(...sightings)
      return Promise.resolve()
    },
    now: Date.UTC(2026, 10, 23, 12),
    deviceCas: options.deviceCas ?? [],
    issuing: options.issuing ?? [],
    enrolled: [],
    seen: [],
    deviceKeys: NO_DEVICE_KEYS,
    bindDevice: () => Promise.resolve(true),
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
    askOwner: () => Promise.resolve({ kind: 'no-owner' }),
  }
  if (options.certificates !== undefined) {
    const roots = [...house.issuing, ...house.deviceCas.map(({ chainPem }) => chainPem)]
    house.tunnelContexts = createTunnelContexts(options.certificates, roots, options.engine ?? null)
  }
  const registry = createMetrics()
  const composed = composeServer({
    gateways: () => house.gateways,
    savePostures: (sightings) => house.savePostures(sightings),
    knownDevices: {
      digest: (account, device) => ({
        account: Buffer.from(account),
        device: Buffer.from(device),
      }),
      save: () => Promise.resolve(),
      load: () => Promise.resolve([]),
    },
    limits: { ...DEFAULT_RADIUS_LIMITS, ...options.limits },
    accounts: () => house.accounts,
    people: (account) => house.people.get(account) ?? null,
    policies: () => house.policies,
    grants: {
      until: (mac) => house.grants.get(mac) ?? null,
      find: (mac) => house.findGrant(mac),
    },
    internalGrants: {
      of: (mac) => house.internalGrants.get(mac) ?? null,
      find: (mac) => house.findInternalGrant(mac),
    },
    takeCredential: (asked) => house.takeCredential(asked),
    captives: () => house.captives,
    publicUrl: new URL('http://portal.test'),
    journal: { append: (lines) => house.append(lines) },
    spool: house.spool,
    tunnelContexts: () => {
      if (house.tunnelContexts === null) throw new Error('this test has no certificate')
      return house.tunnelContexts
    },
    deviceCas: () => house.deviceCas,
    issuing: () => house.issuing,
    enrolledDevices: {
      bySerial: (serial) => house.enrolled.find(({ serials }) => serials.includes(serial)),
      byId: (id) => house.enrolled.find((device) => device.id === id),
      get size() {
        return house.enrolled.length
      },
    },
    saveSeenDevices: (ids) => {
      house.seen.push(...ids)
      return Promise.resolve()
    },
    deviceKeys: () => house.deviceKeys,
    bindDevice: (key, mac) => house.bindDevice(key, mac),
    saveEapSessions: (sessions) => house.saveEapSessions(sessions),
    loadEapSession: (id) => house.loadEapSession(id),
    saveLogins: (rows) => house.saveLogins(rows),
    firstEapMethod: EAP_TYPE.TTLS,
    decoyHash: () => decoy,
    udp: options.udp ?? chooseUdpLayer(null),
    ...(options.homeTimes && { homeTimes: options.homeTimes }),
    owner: options.owner ?? randomBytes(OWNER_BYTES),
    askOwner: (tag, question) => house.askOwner(tag, question),
    log: options.log ?? silentLog,
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
