import { randomBytes, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, reasonOf } from '#core/error.ts'
import { formatListenAddress } from '#core/listen.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import { hashPassword } from '#core/password.ts'
import type { Role } from '#core/role.ts'
import { createSpool } from '#core/spool.ts'
import { loadAccounts } from '#db/accounts.ts'
import type { Account } from '#db/accounts.ts'
import { loadAuthorities } from '#db/authorities.ts'
import type { Authority } from '#db/authorities.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Database } from '#db/connection.ts'
import { takeCredential } from '#db/credentials.ts'
import { loadDeviceCas } from '#db/device-cas.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import { NO_DEVICE_KEYS, bindDevice, loadDeviceKeys } from '#db/device-keys.ts'
import type { DeviceKeys } from '#db/device-keys.ts'
import { deleteExpiredEapSessions, findEapSession, saveEapSessions } from '#db/eap-sessions.ts'
import { endDisconnect, endUnreachable, gatewaysToAsk, takeDisconnects } from '#db/disconnects.ts'
import { loadEnforced, savePostures } from '#db/gateway-postures.ts'
import { loadCaptives } from '#db/gateway-settings.ts'
import { loadGateways } from '#db/gateways.ts'
import type { Gateway } from '#db/gateways.ts'
import { loadDirectories } from '#db/directories.ts'
import { createEnrolledDevices, saveSeenDevices } from '#db/enrolled-devices.ts'
import { createGrantTable } from '#db/grants.ts'
import { createInternalGrants } from '#db/internal-grants.ts'
import {
  deleteForgottenDevices,
  findKnownDevices,
  knownDevice,
  saveKnownDevices,
} from '#db/known-devices.ts'
import { loadGenerations } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import { createJournal } from '#db/journal.ts'
import { saveLogins } from '#db/login-traces.ts'
import { NO_PROXYING, loadProxying } from '#db/proxying.ts'
import type { Proxying } from '#db/proxying.ts'
import { createLive } from '#db/live.ts'
import { loadPolicies } from '#db/policies.ts'
import type { Policy } from '#db/policies.ts'
import type { PartDeps } from '#db/part.ts'
import { createPersonTable } from '#db/person-table.ts'
import { utcDay } from '#db/partitions.ts'
import { JOURNAL_DEADLINE_MS } from './accounting/accounting-writer.ts'
import { createUdpAsker } from './disconnect/ask-by-udp.ts'
import { createDisconnector } from './disconnect/disconnector.ts'
import { certificatesDue, loadServerCertificate } from './eap/certificate-store.ts'
import { EAP_TYPE } from './eap/eap-packet.ts'
import { createTunnelContexts } from './eap/tunnel-contexts.ts'
import { chooseEapLayer } from './eap/tls-engine.ts'
import type { TunnelContexts } from './eap/tls-tunnel.ts'
import { OWNER_BYTES, tagOf } from './hand-over/owner.ts'
import { createSiblings } from './hand-over/siblings.ts'
import { createTakeOver } from './hand-over/take-over.ts'
import { createRadsecListener } from './listen-radsec.ts'
import { createUdpListener } from './listen-udp.ts'
import { createPeers } from './radsec/peer.ts'
import { composeServer } from './compose-server.ts'

/** How soon a clock that was set is seen by the certificates: it may be past their end. */
const CLOCK_LOOK_MS = 2_000
const SWEEP_MS = 10_000
/** What a process left that ended and was not started again must not wait for the next start. */
const ADOPT_MS = 60_000
const FIRST_EAP_METHODS = { ttls: EAP_TYPE.TTLS, peap: EAP_TYPE.PEAP, tls: EAP_TYPE.TLS } as const
/** What is shown of a gateway may be this old; what is enforced is written at once. */
const POSTURE_MS = 3 * 60_000
/** Who sets a gateway up looks at a page until it turns green. */
const POSTURE_NEWS_MS = 3_000
const FORGET_MS = 10 * 60_000
const TRACE_MS = 1_000
/** A login takes less than a second; who was left in the middle of one is not waited for. */
const CONCLUDE_MS = 3_000
const CONCLUDE_LOOK_MS = 50
/** A notification comes sooner; who waits for another process to send first waits for this. */
const DISCONNECT_LOOK_MS = 2_000

/** The RADIUS server: who may use a network, and the record of who did. */
export interface RadiusRole extends Role {
  /** The roots that devices must trust for 802.1X, as PEM, one for each kind of key; null before the start. */
  caPem(): string | null
}

export interface RadiusDeps extends PartDeps {
  /** Connections of its own to the same database, for what must not wait for the others. */
  readonly connect: (options: { applicationName: string; max: number }) => Database
}

export function createRadiusServer(deps: RadiusDeps): RadiusRole {
  const { config, database, seal, log, clock } = deps
  const eapLayer = chooseEapLayer(config.eapLayer)
  let certificates: readonly StoredCertificate[] = []
  let loadedAs = ''
  let tunnelContexts: TunnelContexts | null = null
  let contextsOf = ''
  let issuing: readonly string[] = []
  let decoyHash = ''
  let timers: readonly NodeJS.Timeout[] = []

  const gateways = createLive<readonly Gateway[]>({
    database,
    log,
    name: 'gateways',
    channels: ['house'],
    initial: [],
    load: () => loadGateways(database, seal),
  })
  const accounts = createLive<ReadonlyMap<string, Account>>({
    database,
    log,
    name: 'accounts',
    channels: ['house'],
    initial: new Map(),
    load: () => loadAccounts(database, seal),
  })
  const policies = createLive<readonly Policy[]>({
    database,
    log,
    name: 'policies',
    channels: ['house'],
    initial: [],
    load: () => loadPolicies(database),
  })
  const deviceCas = createLive<readonly DeviceCa[]>({
    database,
    log,
    name: 'device certificate authorities',
    channels: ['house'],
    initial: [],
    load: () => loadDeviceCas(database),
    onChange: renewContexts,
  })
  const generations = createLive<readonly Generation[]>({
    database,
    log,
    name: 'own certificate authority',
    channels: ['house'],
    initial: [],
    load: () => loadGenerations(database),
    onChange(known) {
      issuing = known.flatMap(({ issuingPem }) => certificatesOf(issuingPem).slice(0, 1))
      renewContexts()
      if (certificates.length > 0) refreshCertificate()
    },
  })
  const enrolledDevices = createEnrolledDevices({ database, log, clock })
  const directorySettings = createLive<readonly DirectorySettings[]>({
    database,
    log,
    name: 'directories',
    channels: ['house'],
    initial: [],
    load: () => loadDirectories(database, seal),
    onChange: (settings) => {
      directories.declare(config.directory === null ? settings : [...settings, config.directory])
    },
  })
  const proxying = createLive<Proxying>({
    database,
    log,
    name: 'home servers and realms',
    channels: ['house'],
    initial: NO_PROXYING,
    load: () => loadProxying(database, seal),
    onChange: (declared) => homes.declare(declared),
  })
  const authorities = createLive<readonly Authority[]>({
    database,
    log,
    name: 'authorities',
    channels: ['house'],
    initial: [],
    load: () => loadAuthorities(database),
    onChange: () => radsec.renew(),
  })
  const openedKeys = new Map<string, string>()
  const deviceKeys = createLive<DeviceKeys>({
    database,
    log,
    name: 'device keys',
    channels: ['device_key'],
    initial: NO_DEVICE_KEYS,
    load: () => loadDeviceKeys(database, seal, openedKeys),
  })
  const enforced = createLive<ReadonlySet<string>>({
    database,
    log,
    name: 'gateways that sign',
    channels: ['house'],
    initial: new Set(),
    load: () => loadEnforced(database),
    onChange: (names) => watches.follow(names),
  })
  const captives = createLive<ReadonlyMap<string, string>>({
    database,
    log,
    name: 'captive gateways',
    channels: ['house'],
    initial: new Map(),
    load: () => loadCaptives(database),
  })
  const grants = createGrantTable({ database, log, clock })
  const internalGrants = createInternalGrants({ database, log, clock })
  const people = createPersonTable({ database, log })
  const followed = [
    ...[gateways, accounts, policies, directorySettings, deviceCas, deviceKeys, authorities],
    ...[proxying, enforced, captives, grants, generations, enrolledDevices, people],
    internalGrants,
  ]
  const spool = createSpool({
    root: join(config.dataDir, 'spool'),
    seal,
    onDamage: (path, reason) => log.error('radius.spool.damaged', { path, reason }),
  })

  const journal = createJournal(
    // Two at the disk and a third that begins while the first is on its way back.
    () => deps.connect({ applicationName: 'accueil radius journal', max: 3 }),
    JOURNAL_DEADLINE_MS,
  )

  const owner = randomBytes(OWNER_BYTES)
  const siblings = createSiblings({
    folder: join(config.dataDir, 'radius'),
    tag: tagOf(owner),
    answer: (question) => takeOver(question),
    clock,
  })
  const composed = composeServer({
    spans: deps.spans,
    gateways: () => gateways.value,
    savePostures: (sightings) => savePostures(database, sightings),
    limits: config.radiusLimits,
    knownDevices: {
      digest: (account, device) => knownDevice(seal, account, device),
      save: (devices, day) => saveKnownDevices(database, devices, day),
      load: (account, day) => findKnownDevices(database, account, day),
    },
    accounts: () => accounts.value,
    people: (account) => people.of(account),
    policies: () => policies.value,
    grants,
    internalGrants,
    takeCredential: (asked) => takeCredential(database, seal, asked),
    captives: () => captives.value,
    publicUrl: config.publicUrl,
    journal,
    spool,
    tunnelContexts: () => {
      if (tunnelContexts === null) throw new AppError('radius.certificate', 'not started yet')
      return tunnelContexts
    },
    deviceCas: () => deviceCas.value,
    issuing: () => issuing,
    enrolledDevices,
    saveSeenDevices: (ids, day) => saveSeenDevices(database, ids, day),
    deviceKeys: () => deviceKeys.value,
    bindDevice: (key, mac) => bindDevice(database, key, mac),
    saveEapSessions: (sessions) => saveEapSessions(database, seal, sessions),
    loadEapSession: (id) => findEapSession(database, seal, id),
    saveLogins: (rows) => saveLogins(database, rows),
    firstEapMethod: FIRST_EAP_METHODS[config.radiusEapFirst],
    decoyHash: () => decoyHash,
    udp: deps.udp,
    owner,
    askOwner: siblings.ask,
    log,
    metrics: deps.metrics,
    clock,
  })
  const { server, metrics, writer, directories, homes, resumption, live, traces } = composed
  const { rotations, watches, known, seen, sweep } = composed
  const takeOver = createTakeOver({
    server,
    gateways: () => gateways.value,
    watchOf: watches.of,
    taken: metrics.takenOver,
  })

  const shared = {
    server,
    tooManyInWork: metrics.dropped['too-many-in-work'],
    counters: metrics.udp,
    layer: deps.udp,
  }
  const radsec = createRadsecListener({
    address: config.radsec,
    server,
    peers: createPeers(
      () => gateways.value,
      () => authorities.value,
    ),
    watchOf: watches.of,
    certificate: () => {
      // P-256: what speaks RadSec is never as old as a phone.
      const [first] = certificates
      if (first === undefined) throw new AppError('radius.certificate', 'not started yet')
      return first
    },
    authorities: () => authorities.value,
    metrics: metrics.radsec,
    log,
    clock,
  })
  const process = `${hostname()} ${randomUUID()}`
  const disconnector = createDisconnector({
    table: {
      gatewaysToAsk: () => gatewaysToAsk(database),
      take: (own, byAddress) => takeDisconnects(database, { process, own, byAddress }),
      end: (task, result) => endDisconnect(database, task, result),
      endUnreachable: () => endUnreachable(database),
    },
    gateways: () => gateways.value,
    connections: radsec.connections,
    live,
    rotations,
    udp: createUdpAsker({ layer: deps.udp, counters: metrics.udp, clock }),
    metrics,
    log,
    clock,
  })
  const disconnects = createLive({
    database,
    log,
    name: 'disconnects',
    channels: ['disconnect'],
    initial: undefined,
    load: disconnector.look,
    pollMs: DISCONNECT_LOOK_MS,
  })
  deps.metrics.gauge(
    'accueil_radius_eap_native',
    '1 where TLS of 802.1X goes by the native engine, 0 by node:tls.',
    () => (eapLayer.name === 'native' ? 1 : 0),
  )
  deps.metrics.gauge(
    'accueil_radius_disconnects_in_work',
    'Sessions that a gateway is being asked to end.',
    () => disconnector.inWork,
  )
  const udpListeners = [
    createUdpListener({
      ...shared,
      service: 'authentication',
      address: config.radius,
      variable: 'ACCUEIL_RADIUS_LISTEN',
    }),
    createUdpListener({
      ...shared,
      service: 'accounting',
      address: config.radiusAcct,
      variable: 'ACCUEIL_RADIUS_ACCT_LISTEN',
    }),
  ]
  const listeners = [...udpListeners, radsec]
  deps.metrics.gauge('accueil_radius_in_work', 'Requests that wait for something.', () =>
    udpListeners.reduce((total, { inWork }) => total + inWork, radsec.connections.inWork),
  )
  deps.metrics.gauge(
    'accueil_radius_radsec_connections',
    'RadSec connections open.',
    () => radsec.connections.size,
  )
  deps.metrics.gauge(
    'accueil_radius_radsec_gateways',
    'Gateways with a RadSec connection.',
    () => radsec.connections.gateways,
  )
  deps.metrics.gauge(
    'accueil_radius_radsec_handshaking',
    'RadSec handshakes under way.',
    () => radsec.handshaking,
  )

  async function loadCertificate(): Promise<void> {
    const kinds = config.radiusCertificates
    const due = certificatesDue(generations.value, clock())
    certificates = await Promise.all(
      kinds.map((kind) => loadServerCertificate(deps, config.publicUrl, kind)),
    )
    loadedAs = due
    renewContexts()
    radsec.renew()
  }

  function followClock(): void {
    if (certificatesDue(generations.value, clock()) !== loadedAs) refreshCertificate()
  }

  /** Conversations under way go on with what they began with. */
  function renewContexts(): void {
    if (certificates.length === 0) return
    const roots = [...issuing, ...deviceCas.value.map(({ chainPem }) => chainPem)]
    const made = [...certificates.map(({ chainPem }) => chainPem), ...roots].join('')
    if (made === contextsOf) return
    contextsOf = made
    tunnelContexts = createTunnelContexts(certificates, roots, eapLayer.engine)
  }

  function forgetExpired(): void {
    deleteExpiredEapSessions(database, clock()).catch((thrown: unknown) => {
      log.warn('radius.eap-sessions.not-deleted', { reason: reasonOf(thrown) })
    })
    deleteForgottenDevices(database, utcDay(clock())).catch((thrown: unknown) => {
      log.warn('radius.known-devices.not-deleted', { reason: reasonOf(thrown) })
    })
  }

  /** Takes over what processes left that are no more, and brings it to the database. */
  async function adopt(): Promise<void> {
    try {
      await spool.adopt()
      writer.wake()
    } catch (thrown) {
      log.warn('radius.spool.not-adopted', { reason: reasonOf(thrown) })
    }
  }

  /** Other processes have the ports from now on: they hand over what belongs to conversations of ours. */
  async function concludeConversations(): Promise<void> {
    if (composed.conversing() === 0 || (await siblings.count()) === 0) return
    const deadline = clock() + CONCLUDE_MS
    while (composed.conversing() > 0 && clock() < deadline) await sleep(CONCLUDE_LOOK_MS)
  }

  function refreshCertificate(): void {
    loadCertificate().catch((thrown: unknown) => {
      log.warn('radius.certificate.failed', { reason: reasonOf(thrown) })
    })
  }

  return {
    name: 'radius',
    async start() {
      await Promise.all(followed.map((live) => live.start()))
      await loadCertificate()
      await spool.open()
      if (spool.lines > 0) log.info('radius.spool.found', { events: spool.lines })
      writer.wake()
      decoyHash = await hashPassword(randomBytes(16).toString('hex'))
      timers = [
        setInterval(followClock, CLOCK_LOOK_MS),
        setInterval(sweep, SWEEP_MS),
        setInterval(() => void traces.flush(), TRACE_MS),
        setInterval(radsec.sweep, SWEEP_MS),
        setInterval(() => void adopt(), ADOPT_MS),
        setInterval(forgetExpired, FORGET_MS),
        setInterval(() => void watches.save(), POSTURE_MS),
        setInterval(() => void watches.saveNews(), POSTURE_NEWS_MS),
        setInterval(() => void siblings.count(), ADOPT_MS),
      ]
      const isAsExpected = eapLayer.name === (config.eapLayer ?? 'native')
      log[isAsExpected ? 'info' : 'warn']('radius.eap-layer', {
        layer: eapLayer.name,
        reason: eapLayer.reason,
      })
      // Before a State is given out that another process might be shown.
      await siblings.open()
      // Last: a packet that came earlier would find no gateway and be taken for a stranger's.
      for (const listener of listeners) await listener.start()
      await disconnects.start()
      log.info('radius.listening', {
        authentication: formatListenAddress(config.radius),
        accounting: formatListenAddress(config.radiusAcct),
        radsec: formatListenAddress(config.radsec),
      })
    },
    async stop() {
      // Before the connections that it asks through.
      await disconnects.stop()
      await disconnector.stop()
      // What waits for a home server would hold the listeners up.
      await homes.close()
      // First no new packets, then what is in work is written and answered, then what it needs goes.
      await Promise.all(listeners.map((listener) => listener.stop()))
      await concludeConversations()
      await siblings.close()
      for (const timer of timers) clearInterval(timer)
      await Promise.all([writer.stop(), traces.stop()])
      await spool.close()
      await journal.close()
      await Promise.all([resumption.settled(), known.settled(), seen.settled(), watches.save()])
      await Promise.all(followed.map((live) => live.stop()))
      directories.close()
    },
    ready() {
      if (!gateways.loaded || !accounts.loaded) return 'gateways and accounts are not loaded yet'
      if (certificates.length === 0) return 'there is no server certificate yet'
      const spoolProblem = writer.problem()
      if (spoolProblem !== null) return `accounting is not acknowledged: ${spoolProblem}`
      return listeners.every((listener) => listener.isOpen) ? null : 'the ports are not open'
    },
    caPem: () =>
      certificates.length === 0 ? null : certificates.map(({ caPem }) => caPem).join(''),
  }
}
