import type { DirectoryVerdict } from '#core/ldap/verdict.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { RateLimit } from '#core/rate-limit.ts'
import type { Rights } from '#core/rights.ts'
import type { Acceptance } from '#db/acceptances.ts'
import type { AuditEntry } from '#db/audit.ts'
import type { Person } from '#db/people.ts'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import type { Passkey, addPasskey, takePasskey } from '#db/passkeys.ts'
import type { SecondFactor } from '#db/second-factors.ts'
import type {
  NewSession,
  OpenedSession,
  SessionsToEnd,
  StaffSession,
  endProviderSessions,
} from '#db/staff-sessions.ts'
import type { Counter } from '#core/metrics.ts'
import type { FailedSignIns } from './failed-sign-ins.ts'
import type { OidcProviders } from './oidc/providers.ts'

/** How attempts to sign in end, for whoever looks at the metrics. */
export const SIGN_IN_OUTCOMES = [
  'signed-in',
  'wrong',
  'held',
  'busy',
  'wrong-code',
  'account-off',
  'account-expired',
  'account-locked',
  'account-restricted',
  'password-expired',
  'directory-away',
  'pending-expired',
  'provider-away',
  'provider-refused',
  'provider-answer',
  'provider-clock',
  'no-account',
  'other-person',
  'unavailable',
] as const
export type SignInOutcome = (typeof SIGN_IN_OUTCOMES)[number]

/** What the pages for staff need of the world; what asks the database rejects when it takes too long. */
export interface StaffServices {
  readonly sessions: {
    open(wish: NewSession): Promise<OpenedSession>
    find(token: string): Promise<StaffSession | null>
    list(person: Person): Promise<readonly StaffSession[]>
    end(wish: SessionsToEnd): Promise<{ readonly count: number; readonly idToken: string | null }>
    endOfProvider(
      provider: string,
      ended: Parameters<typeof endProviderSessions>[2],
    ): Promise<number>
  }
  /** What somebody may do now, as their roles say. */
  rights(person: Person): Promise<Rights>
  /** Writes who does so into the audit, and the acceptance with its grant. */
  letIn(acceptance: Acceptance, entry: AuditEntry): Promise<{ readonly grantUntil: Date }>
  /** Devices that were shown the terms there in the last minutes, the newest first. */
  waitingAt(sites: readonly string[]): Promise<readonly WaitingDevice[]>
  readonly local: LocalAccounts
  /** Null where no directory answers for the name. */
  readonly directory: (name: LoginName) => StaffDirectory | null
  readonly providers: OidcProviders
  /** Of passwords and codes, whoever checks them. */
  readonly failed: FailedSignIns
  /** Of sign-ins from one address, whatever came of them. */
  readonly attempts: RateLimit
  readonly outcomes: Readonly<Record<SignInOutcome, Counter>>
  /** Adds a line; one that is lost is counted, and nobody waits for it. */
  readonly audit: (entry: AuditEntry) => void
}

export interface StaffDirectory {
  readonly name: string
  login(name: LoginName, password: Uint8Array): Promise<DirectoryVerdict>
}

export type LocalVerdict =
  | { readonly ok: true; readonly groups: readonly string[] }
  | { readonly ok: false; readonly reason: 'wrong' | 'busy' }

/** Accounts of the house itself; names are in lower case. */
export interface LocalAccounts {
  exists(username: string): Promise<boolean>
  /** Takes as long for a name that nobody has. */
  check(username: string, password: string): Promise<LocalVerdict>
  groupsOf(username: string): Promise<readonly string[] | null>
  secondFactor(username: string): Promise<SecondFactor | null>
  enrol(enrolled: {
    readonly username: string
    readonly secret: Uint8Array
    readonly step: number
    readonly recoveryCodes: readonly string[]
  }): Promise<boolean>
  takeStep(username: string, step: number): Promise<boolean>
  /** How many are left; null if it is none. */
  takeRecoveryCode(username: string, code: string): Promise<number | null>
  passkeys(username: string): Promise<readonly Passkey[]>
  /** False: it is known already, or there are as many as there may be. */
  addPasskey(passkey: Omit<Parameters<typeof addPasskey>[1], 'at'>): Promise<boolean>
  /** False: its challenge, or a later one, was answered before, or it is a copy. */
  takePasskey(shown: Omit<Parameters<typeof takePasskey>[1], 'at'>): Promise<boolean>
  removePasskey(passkey: { readonly username: string; readonly id: string }): Promise<boolean>
}
