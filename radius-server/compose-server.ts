import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import type { RadiusLimits } from '#core/radius-limits.ts'
import { verifyPassword } from '#core/password.ts'
import type { Spool } from '#core/spool.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Account } from '#db/accounts.ts'
import type { PersonState } from '#db/person-table.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import type { DeviceKey, DeviceKeys } from '#db/device-keys.ts'
import type { Mac } from '#core/mac.ts'
import type { EapSession } from '#db/eap-sessions.ts'
import type { EnrolledDevices } from '#db/enrolled-devices.ts'
import type { Sighting } from '#db/gateway-postures.ts'
import type { Gateway } from '#db/gateways.ts'
import type { GrantTable } from '#db/grants.ts'
import type { InternalGrants } from '#db/internal-grants.ts'
import type { LoginRow } from '#db/login-traces.ts'
import type { Policy } from '#db/policies.ts'
import { BINDING, GUESSING, createBackOff } from './access/back-off.ts'
import { createKnownDevices } from './access/known-devices.ts'
import type { KnownDevices, KnownDevicesDeps } from './access/known-devices.ts'
import { createCaptiveAnswer } from './access/captive-answer.ts'
import { refuseChap } from './access/chap.ts'
import { createDeviceCertificates } from './access/device-certificates.ts'
import { createDeviceBinder } from './access/device-binder.ts'
import { createDeviceKeySearch } from './access/device-key-search.ts'
import { createDeviceKeyStep } from './access/device-key-step.ts'
import { createDeviceKeyTable } from './access/device-key-table.ts'
import { createDirectoryTable } from './access/directory-table.ts'
import type { DirectoryTable } from './access/directory-table.ts'
import { createEnrolledLogin } from './access/enrolled-login.ts'
import { createGrantLookup } from './access/grant-lookup.ts'
import { createMacAuthentication } from './access/mac-authentication.ts'
import { createMsChap } from './access/ms-chap-step.ts'
import { createOneTimeLogin } from './access/one-time-login.ts'
import type { TakeCredential } from './access/one-time-login.ts'
import { createPap } from './access/pap.ts'
import { createSignedInDevice } from './access/signed-in-device.ts'
import { createSeenDevices } from './access/seen-devices.ts'
import type { SeenDevices } from './access/seen-devices.ts'
import { createStaffLogin } from './access/staff-login.ts'
import { PASSWORD_LIMITS, createLocalLogin } from './access/local-login.ts'
import { createVerifiedPasswords } from './access/verified-passwords.ts'
import { createAccountingStep } from './accounting/accounting-step.ts'
import { createAccountingWriter } from './accounting/accounting-writer.ts'
import type { AccountingWriter, WriterDeps } from './accounting/accounting-writer.ts'
import { createWriteLog } from './accounting/write-log.ts'
import {
  accountingAuthenticator,
  optionalMessageAuthenticator,
  requiredMessageAuthenticator,
} from './authenticity.ts'
import { integerAttribute } from './attributes.ts'
import { createClientTable } from './client.ts'
import { ATTRIBUTE, ERROR_CAUSE } from './dictionary.ts'
import { createLiveSessions } from './disconnect/live-sessions.ts'
import type { LiveSessions } from './disconnect/live-sessions.ts'
import { createDuplicates } from './duplicates.ts'
import { createConversations } from './eap/conversations.ts'
import { createEapAuthentication } from './eap/eap-authentication.ts'
import { createEapMethods } from './eap/eap-methods.ts'
import { createResumption } from './eap/resumption.ts'
import type { Resumption } from './eap/resumption.ts'
import type { TunnelContexts } from './eap/tls-tunnel.ts'
import { createGate } from '#core/gate.ts'
import { createHandOver } from './hand-over/hand-over-step.ts'
import { tagOf } from './hand-over/owner.ts'
import type { Siblings } from './hand-over/siblings.ts'
import { createOverLimit } from './limits/over-limit.ts'
import { limitSizes } from './limits/sizes.ts'
import { createRadiusMetrics } from './metrics.ts'
import type { RadiusMetrics } from './metrics.ts'
import { createAccessAuthenticity } from './posture/access-authenticity.ts'
import { measureClock } from './posture/clock-skew.ts'
import { createGatewayWatches } from './posture/gateway-watches.ts'
import type { GatewayWatches } from './posture/gateway-watches.ts'
import {
  accessRequestSteps,
  accountingRequestSteps,
  dynamicRequestSteps,
  statusServerSteps,
} from './pipeline.ts'
import { createAdmission } from './policy/admission.ts'
import { createAccountingForwarder } from './proxy/forward-accounting.ts'
import { createHomeTable } from './proxy/home-table.ts'
import type { HomeTable } from './proxy/home-table.ts'
import type { HomeTimes } from './proxy/home-server.ts'
import { createProxyMetrics } from './proxy/proxy-metrics.ts'
import { createProxyStep } from './proxy/proxy-step.ts'
import { reject } from './request.ts'
import type { Answer, RadiusRequest } from './request.ts'
import { createRotations } from './rotations.ts'
import type { Rotations } from './rotations.ts'
import { createServer } from './server.ts'
import type { RadiusServer } from './server.ts'
import type { Spans } from '#core/tracing/span.ts'
import { traceLogin } from './traces/login-spans.ts'
import { createLoginTraces } from './traces/login-traces.ts'
import type { LoginTraces } from './traces/login-traces.ts'

/** What the protocol needs of the world; in the product it is the database, in tests what they say. */
export interface Surroundings {
  readonly gateways: () => readonly Gateway[]
  readonly savePostures: (sightings: readonly Sighting[]) => Promise<void>
  readonly limits: RadiusLimits
  readonly knownDevices: Omit<KnownDevicesDeps, 'clock'>
  readonly accounts: () => ReadonlyMap<string, Account>
  readonly people: (account: string) => PersonState | null
  readonly policies: () => readonly Policy[]
  readonly grants: Pick<GrantTable, 'until' | 'find'>
  /** Devices that somebody of the staff signed in for. */
  readonly internalGrants: Pick<InternalGrants, 'of' | 'find'>
  readonly takeCredential: TakeCredential
  /** By gateway, what keeps a device at the portal that accepted nothing yet. */
  readonly captives: () => ReadonlyMap<string, string>
  readonly publicUrl: URL
  readonly journal: WriterDeps['journal']
  readonly spool: WriterDeps['spool'] & Pick<Spool, 'bytes'>
  /** Of the certificate in use now. */
  readonly tunnelContexts: () => TunnelContexts
  readonly deviceCas: () => readonly DeviceCa[]
  /** What signed the devices of the house, as PEM. */
  readonly issuing: () => readonly string[]
  readonly enrolledDevices: EnrolledDevices
  /** `day` is UTC, YYYY-MM-DD. */
  readonly saveSeenDevices: (ids: readonly string[], day: string) => Promise<void>
  readonly deviceKeys: () => DeviceKeys
  /** False: as many devices as may have it do. */
  readonly bindDevice: (key: DeviceKey, mac: Mac) => Promise<boolean>
  readonly saveEapSessions: (sessions: readonly EapSession[]) => Promise<void>
  readonly loadEapSession: (id: Uint8Array) => Promise<EapSession | null>
  readonly saveLogins: (rows: readonly LoginRow[]) => Promise<void>
  /** The EAP type that is proposed first. */
  readonly firstEapMethod: number
  readonly decoyHash: () => string
  /** For home servers. */
  readonly udp: UdpLayer
  readonly homeTimes?: HomeTimes
  /** The tag of this process, in front of each State. */
  readonly owner: Uint8Array
  readonly askOwner: Siblings['ask']
  readonly log: Log
  readonly spans?: Spans | undefined
  readonly metrics: Metrics
  readonly clock: Clock
}

export interface ComposedServer {
  readonly server: RadiusServer
  readonly metrics: RadiusMetrics
  readonly writer: AccountingWriter
  readonly directories: DirectoryTable
  readonly homes: HomeTable
  readonly resumption: Resumption
  readonly live: LiveSessions
  /** To be flushed every second. */
  readonly traces: LoginTraces
  readonly rotations: Rotations
  readonly watches: GatewayWatches
  readonly known: KnownDevices
  readonly seen: SeenDevices
  /** EAP conversations under way. */
  readonly conversing: () => number
  /** To be called now and then: lets go of what was idle too long. */
  readonly sweep: () => void
}

const UNSUPPORTED = integerAttribute(ATTRIBUTE['Error-Cause'], ERROR_CAUSE['Unsupported-Extension'])

/** The whole server without sockets and without a database. */
export function composeServer(around: Surroundings): ComposedServer {
  const { clock, log } = around
  const metrics = createRadiusMetrics(around.metrics)
  const duplicates = createDuplicates(clock)
  const verified = createVerifiedPasswords(clock)
  const passwordGate = createGate(PASSWORD_LIMITS)
  const directories = createDirectoryTable({
    verified,
    gate: passwordGate,
    log,
    metrics: around.metrics,
    clock,
  })
  const sizes = limitSizes(around.limits)
  const limits = createOverLimit(sizes, metrics.overLimit, clock)
  const watches = createGatewayWatches({
    gateways: around.gateways,
    sizes,
    write: around.savePostures,
    log,
    clock,
  })
  const known = createKnownDevices({ ...around.knownDevices, clock })
  const backOffs = [
    createBackOff(GUESSING, known, clock),
    createBackOff(BINDING, known, clock),
  ] as const
  const [guessing, binding] = backOffs
  const people = createStaffLogin({
    ...{ guessing, binding },
    accounts: around.accounts,
    local: createLocalLogin({
      accounts: around.accounts,
      verify: verifyPassword,
      verified,
      gate: passwordGate,
      decoyHash: around.decoyHash,
    }),
    directories,
    people: around.people,
  })
  const seen = createSeenDevices(around.saveSeenDevices, clock)
  const enrolled = createEnrolledLogin({
    devices: around.enrolledDevices,
    people,
    hasDirectory: (realm) => directories.forRealm(realm) !== null,
    seen: seen.add,
    clock,
  })
  const login = enrolled.logins
  const admission = createAdmission(around.policies, clock)
  const conversations = createConversations(clock, around.owner)
  const resumption = createResumption({
    login,
    save: around.saveEapSessions,
    load: around.loadEapSession,
    clock,
  })
  const eapMethods = createEapMethods({
    login,
    certificates: createDeviceCertificates({
      ...{ cas: around.deviceCas, issuing: around.issuing, enrolled, login, clock },
    }),
    resumption,
    contexts: around.tunnelContexts,
    hasDeviceCas: () => around.deviceCas().length + around.issuing().length > 0,
    first: around.firstEapMethod,
    clock,
  })
  const writer = createAccountingWriter({
    journal: around.journal,
    spool: around.spool,
    ...createWriteLog(log, metrics, clock),
  })

  const proxyMetrics = createProxyMetrics(around.metrics)
  const homes = createHomeTable({
    layer: around.udp,
    isLocal: (name, realm) =>
      around.accounts().has(name.toLowerCase()) || directories.forRealm(realm) !== null,
    proxyMetrics,
    metrics: around.metrics,
    log,
    clock,
    ...(around.homeTimes && { times: around.homeTimes }),
  })
  const forwarder = createAccountingForwarder(homes, proxyMetrics)

  const { captives, publicUrl } = around
  const captive = createCaptiveAnswer({ captives, publicUrl, clock })
  const live = createLiveSessions(clock)
  const traces = createLoginTraces({
    save: around.saveLogins,
    isKnownName(name) {
      const { realm } = parseLoginName(name)
      const isOfRealm = realm !== '' && directories.forRealm(realm) !== null
      return isOfRealm || around.accounts().has(name.toLowerCase())
    },
    written: metrics.tracesWritten,
    lost: metrics.tracesLost,
    clock,
  })
  const rotations = createRotations(clock)
  const keyTable = createDeviceKeyTable(around.deviceKeys, clock, (owner, how) =>
    how === 'local' ? !around.accounts().has(owner) : (around.people(owner)?.off ?? null) !== null,
  )
  const binder = createDeviceBinder({
    table: keyTable,
    store: around.bindDevice,
    outcomes: metrics.deviceKeysBound,
    clock,
  })
  const server = createServer({
    clients: createClientTable(around.gateways, watches.of),
    rotations,
    duplicates,
    accessRequest: accessRequestSteps({
      messageAuthenticator: createAccessAuthenticity({
        onLearned: () => void watches.save(),
        log,
        clock,
      }),
      handOver: createHandOver({
        own: tagOf(around.owner),
        ask: around.askOwner,
        outcomes: metrics.handedOver,
      }),
      limit: limits.packets,
      duplicates: duplicates.begin,
      proxy: createProxyStep({
        homes,
        admit: (gateway, network, account) => admission.staff(gateway, network, account, 'proxied'),
        metrics: proxyMetrics,
        clock,
      }),
      eap: createEapAuthentication(conversations, eapMethods, admission, limits, () =>
        metrics.eapResumed.inc(),
      ),
      deviceKey: createDeviceKeyStep({
        table: keyTable,
        search: createDeviceKeySearch(clock),
        binder,
        admission,
        clock,
      }),
      macAuthentication: createMacAuthentication(
        createGrantLookup(around.grants),
        admission,
        clock,
        captive,
        createSignedInDevice({
          grants: createGrantLookup({
            until: around.internalGrants.of,
            find: around.internalGrants.find,
          }),
          ...{ people, admission, captive, clock },
        }),
      ),
      oneTime: createOneTimeLogin(around.takeCredential, admission, clock),
      msChap: createMsChap(login, admission, limits, clock),
      chap: refuseChap,
      pap: createPap(login, admission, limits, clock),
      noMethod: () => reject('no-method'),
    }),
    accountingRequest: accountingRequestSteps({
      requestAuthenticator: accountingAuthenticator,
      messageAuthenticator: optionalMessageAuthenticator,
      limit: limits.packets,
      duplicates: duplicates.begin,
      record: createAccountingStep(writer),
    }),
    dynamicRequest: dynamicRequestSteps({
      requestAuthenticator: accountingAuthenticator,
      unsupported: () => ({ kind: 'refuse', attributes: [UNSUPPORTED] }),
    }),
    statusServer: statusServerSteps({
      messageAuthenticator: requiredMessageAuthenticator,
      alive: () => ({ kind: 'alive' }),
    }),
    decided(request, answer) {
      if (isForged(request, answer)) request.client.watch.forged += 1
      traces.record(request, answer)
      if (around.spans !== undefined) traceLogin(around.spans, request, answer, clock())
    },
    saw(request) {
      live.saw(request)
      binder.saw(request)
      measureClock(request)
      forwarder.saw(request)
    },
    metrics,
    log,
    clock,
  })

  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['clients', 'Gateways known.', () => around.gateways().length],
    ['accounting_waiting', 'Accounting packets not yet at the disk.', () => writer.waiting],
    ['spool_records', 'Accounting events on the local disk.', () => around.spool.lines],
    ['spool_bytes', 'Their size there.', () => around.spool.bytes],
    ['passwords_waiting', 'Passwords not yet being checked.', () => passwordGate.waiting],
    ['verified_evicted', 'Checked passwords that made room.', () => verified.evicted],
    ['eap_conversations', 'EAP conversations under way.', () => conversations.size],
    ['eap_evicted', 'EAP conversations given up since the start.', () => conversations.evicted],
    ['eap_sessions', 'TLS sessions that this process can resume.', () => resumption.size],
    ['eap_sessions_lost', 'TLS sessions not shared with the fleet.', () => resumption.lost],
    ['device_keys', 'Device keys known.', () => keyTable.size],
    [
      'enrolled_devices',
      'Devices known that have a credential of their own.',
      () => around.enrolledDevices.size,
    ],
    ['enrolled_devices_unseen', 'Devices whose last day of use was not kept.', () => seen.lost],
    ['live_sessions', 'Sessions whose names are known for a disconnect.', () => live.size],
    ['live_sessions_evicted', 'Known sessions that made room.', () => live.evicted],
    ['eap_sessions_evicted', 'TLS sessions that made room.', () => resumption.evicted],
    ['limited_devices', 'Devices whose logins are counted.', () => limits.devices],
    ['limited_devices_evicted', 'Counted devices that made room.', () => limits.devicesEvicted],
    ['back_offs', 'Accounts and devices whose failures are known.', () => sum(backOffs, 'size')],
    ['back_offs_evicted', 'Of them, those that made room.', () => sum(backOffs, 'evicted')],
    ['known_devices', 'Devices from which accounts came in.', () => known.size],
    ['known_devices_evicted', 'Of them, those that made room.', () => known.evicted],
    ['known_devices_lost', 'Of them, those not shared with the fleet.', () => known.lost],
    [
      'home_accounting_under_way',
      'Records on their way to home servers.',
      () => forwarder.underWay,
    ],
    ['traces_waiting', 'Rows about logins not yet written.', () => traces.waiting],
    ['duplicates', 'Requests remembered against repetition.', () => duplicates.size],
    ['duplicates_evicted', 'Remembered requests that made room.', () => duplicates.evicted],
  ]
  for (const [name, help, read] of gauges) {
    around.metrics.gauge(`accueil_radius_${name}`, help, read)
  }
  around.metrics.gauges(
    'accueil_radius_gateway_has_new_secret',
    'Of gateways with two valid secrets: 1 once a packet came with the new one, 0 before.',
    'gateway',
    () =>
      around
        .gateways()
        .filter(({ formerSecret }) => formerSecret !== null && clock() < formerSecret.until)
        .map((gateway): [string, number] => [gateway.name, rotations.hasNew(gateway) ? 1 : 0]),
  )
  const byPosture = (name: string, help: string, count: 'posture' | 'sends'): void => {
    around.metrics.gauges(`accueil_radius_${name}`, help, count, () =>
      Object.entries(watches.count()[count]),
    )
  }
  byPosture('gateways', 'Gateways, by what is asked of their Access-Requests.', 'posture')
  byPosture(
    'gateways_signing',
    'Gateways, by how this process saw them send Message-Authenticator.',
    'sends',
  )
  const sweep = conversations.sweep
  return {
    ...{ server, metrics, writer, directories, homes, resumption, live, rotations, watches, known },
    ...{ traces, seen },
    conversing: () => conversations.size,
    sweep,
  }
}

function sum<K extends string>(all: readonly Readonly<Record<K, number>>[], key: K): number {
  return all.reduce((total, one) => total + one[key], 0)
}

/** Over TLS nobody but the gateway is there: a wrong secret is its own. */
function isForged({ client }: RadiusRequest, answer: Answer): boolean {
  return (
    client.transport === 'udp' &&
    answer.kind === 'silence' &&
    (answer.reason === 'message-authenticator-wrong' ||
      answer.reason === 'accounting-authenticator-wrong')
  )
}
