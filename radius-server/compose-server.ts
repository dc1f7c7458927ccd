import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import { verifyPassword } from '#core/password.ts'
import type { Spool } from '#core/spool.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { Account } from '#db/accounts.ts'
import type { DeviceCa } from '#db/device-cas.ts'
import type { EapSession } from '#db/eap-sessions.ts'
import type { Gateway } from '#db/gateways.ts'
import type { GrantTable } from '#db/grants.ts'
import type { LoginRow } from '#db/login-traces.ts'
import { refuseChap } from './access/chap.ts'
import { createDeviceCertificates } from './access/device-certificates.ts'
import { createDirectoryTable } from './access/directory-table.ts'
import type { DirectoryTable } from './access/directory-table.ts'
import { createGrantLookup } from './access/grant-lookup.ts'
import { createMacAuthentication } from './access/mac-authentication.ts'
import { createMsChap } from './access/ms-chap-step.ts'
import { createPap } from './access/pap.ts'
import { createStaffLogin } from './access/staff-login.ts'
import { PASSWORD_LIMITS, createLocalLogin } from './access/local-login.ts'
import { createVerifiedPasswords } from './access/verified-passwords.ts'
import { createAccountingStep } from './accounting/accounting-step.ts'
import { createAccountingWriter } from './accounting/accounting-writer.ts'
import type { AccountingWriter, WriterDeps } from './accounting/accounting-writer.ts'
import { createWriteLog } from './accounting/write-log.ts'
import {
  accessMessageAuthenticator,
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
import type { TunnelContexts } from './eap/tunnel-contexts.ts'
import { createGate } from './gate.ts'
import { createRadiusMetrics } from './metrics.ts'
import type { RadiusMetrics } from './metrics.ts'
import {
  accessRequestSteps,
  accountingRequestSteps,
  dynamicRequestSteps,
  statusServerSteps,
} from './pipeline.ts'
import { reject } from './request.ts'
import { createServer } from './server.ts'
import type { RadiusServer } from './server.ts'
import { createLoginTraces } from './traces/login-traces.ts'
import type { LoginTraces } from './traces/login-traces.ts'

/** What the protocol needs of the world; in the product it is the database, in tests what they say. */
export interface Surroundings {
  readonly gateways: () => readonly Gateway[]
  readonly accounts: () => ReadonlyMap<string, Account>
  readonly grants: Pick<GrantTable, 'until' | 'find'>
  readonly journal: WriterDeps['journal']
  readonly spool: WriterDeps['spool'] & Pick<Spool, 'bytes'>
  /** Of the certificate in use now. */
  readonly tunnelContexts: () => TunnelContexts
  readonly deviceCas: () => readonly DeviceCa[]
  readonly saveEapSessions: (sessions: readonly EapSession[]) => Promise<void>
  readonly loadEapSession: (id: Uint8Array) => Promise<EapSession | null>
  readonly saveLogins: (rows: readonly LoginRow[]) => Promise<void>
  /** The EAP type that is proposed first. */
  readonly firstEapMethod: number
  readonly decoyHash: () => string
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
}

export interface ComposedServer {
  readonly server: RadiusServer
  readonly metrics: RadiusMetrics
  readonly writer: AccountingWriter
  readonly directories: DirectoryTable
  readonly resumption: Resumption
  readonly live: LiveSessions
  /** To be flushed every second. */
  readonly traces: LoginTraces
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
  const login = createStaffLogin({
    accounts: around.accounts,
    local: createLocalLogin({
      accounts: around.accounts,
      verify: verifyPassword,
      verified,
      gate: passwordGate,
      decoyHash: around.decoyHash,
    }),
    directories,
  })
  const conversations = createConversations(clock)
  const resumption = createResumption({
    login,
    save: around.saveEapSessions,
    load: around.loadEapSession,
    clock,
  })
  const eapMethods = createEapMethods({
    login,
    certificates: createDeviceCertificates({ cas: around.deviceCas, login, clock }),
    resumption,
    contexts: around.tunnelContexts,
    hasDeviceCas: () => around.deviceCas().length > 0,
    first: around.firstEapMethod,
    clock,
  })
  const writer = createAccountingWriter({
    journal: around.journal,
    spool: around.spool,
    ...createWriteLog(log, metrics, clock),
  })

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
  const server = createServer({
    clients: createClientTable(around.gateways),
    duplicates,
    accessRequest: accessRequestSteps({
      messageAuthenticator: accessMessageAuthenticator,
      duplicates: duplicates.begin,
      eap: createEapAuthentication(conversations, eapMethods, () => metrics.eapResumed.inc()),
      macAuthentication: createMacAuthentication(createGrantLookup(around.grants), clock),
      msChap: createMsChap(login, clock),
      chap: refuseChap,
      pap: createPap(login, clock),
      noMethod: () => reject('no-method'),
    }),
    accountingRequest: accountingRequestSteps({
      requestAuthenticator: accountingAuthenticator,
      messageAuthenticator: optionalMessageAuthenticator,
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
    decided: traces.record,
    saw: live.saw,
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
    ['live_sessions', 'Sessions whose names are known for a disconnect.', () => live.size],
    ['live_sessions_evicted', 'Known sessions that made room.', () => live.evicted],
    ['traces_waiting', 'Rows about logins not yet written.', () => traces.waiting],
    ['duplicates', 'Requests remembered against repetition.', () => duplicates.size],
    ['duplicates_evicted', 'Remembered requests that made room.', () => duplicates.evicted],
  ]
  for (const [name, help, read] of gauges) {
    around.metrics.gauge(`accueil_radius_${name}`, help, read)
  }
  const sweep = conversations.sweep
  return { server, metrics, writer, directories, resumption, live, traces, sweep }
}
