import { hash } from 'node:crypto'
import type {
  DirectoryRefusal,
  DirectoryUser,
  DirectoryVerdict,
  NtHashVerdict,
} from '#core/ldap/verdict.ts'
import { LONGEST_LOGIN_NAME, parseLoginName } from '#core/ldap/login-name.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { Account } from '#db/accounts.ts'
import type { OffReason } from '#db/off-reasons.ts'
import type { PersonState } from '#db/person-table.ts'
import type { LoginTrace } from '../login-trace.ts'
import type { BackOff } from './back-off.ts'
import type { LocalLogin } from './local-login.ts'
import type { LoginOrigin } from './login-origin.ts'
import { passwordAttempt } from './password-attempt.ts'
import type { PasswordAttempt } from './password-attempt.ts'

/** Who came in, whoever vouches for them. */
export interface StaffAccount {
  /** What accounting and the log call this person. */
  readonly username: string
  /** For the policy; never for a log line. */
  readonly groups: readonly string[]
  /** What the device is, where its credential says so. */
  readonly device?: string
  /** The name of the device key that was shown, where there is one and it is clear which. */
  readonly deviceKey?: string
}

/** `overloaded` is answered with silence, so that the gateway asks again; the others with a reject. */
export type LoginRefusal =
  | DirectoryRefusal
  /** Switched off by who told us of them. */
  | OffReason
  | 'too-many-failures'
  | 'overloaded'
  /** A device with a password of its own that its owner has given up, or whose time is over. */
  | 'device-ended'

export type LoginVerdict =
  | { readonly ok: true; readonly account: StaffAccount }
  | { readonly ok: false; readonly reason: LoginRefusal }

export type NtHashLogin =
  | { readonly ok: true; readonly account: StaffAccount; readonly ntHash: Uint8Array }
  | { readonly ok: false; readonly reason: LoginRefusal }

/** What a method asks of somebody who tries to log in from one place. `username` null: not UTF-8. `trace` hears who answered. */
export interface StaffLogin extends StaffStanding {
  /** Answers at once when the same password was checked a short while before. */
  check(
    username: string | null,
    password: Uint8Array,
    trace?: LoginTrace,
  ): LoginVerdict | Promise<LoginVerdict>
  /** For MS-CHAPv2, which shows that somebody knows the NT hash and never the password. */
  ntHashOf(username: string | null, trace?: LoginTrace): NtHashLogin | Promise<NtHashLogin>
  /** What came of a hash that was given: failures are counted wherever it was compared. */
  compared(username: string | null, isRight: boolean): void
  /** Whether there is anyone whom MS-CHAPv2 can let in. */
  hasNtHashes(): boolean
}

/** What is asked of an account that nobody has to prove now. */
export interface StaffStanding {
  /** Whether this person may still come in, for whoever proved it before: a resumed TLS session. */
  standing(username: string | null, trace?: LoginTrace): LoginVerdict | Promise<LoginVerdict>
  /** Of a local account another text once its password is another; a directory tells nothing of it. */
  credentialOf(username: string | null): string
}

/** Every method that ends in a name asks here. */
export interface StaffLogins extends StaffStanding {
  check(
    username: string | null,
    password: Uint8Array,
    origin: LoginOrigin,
    trace?: LoginTrace,
  ): LoginVerdict | Promise<LoginVerdict>
  /** For one conversation. */
  from(origin: LoginOrigin): StaffLogin
}

export type StaffDirectoryVerdict =
  | DirectoryVerdict
  | { readonly ok: false; readonly reason: 'too-many-failures' | 'overloaded' }

/** The directory that answers for a realm: one of those declared, with what is remembered of it. */
export interface StaffDirectory {
  readonly name: string
  check(
    name: LoginName,
    password: Uint8Array,
    attempt: PasswordAttempt,
    trace?: LoginTrace,
  ): StaffDirectoryVerdict | Promise<StaffDirectoryVerdict>
  standing(name: LoginName, trace?: LoginTrace): DirectoryVerdict | Promise<DirectoryVerdict>
  ntHashOf(name: LoginName, trace?: LoginTrace): Promise<NtHashVerdict>
}

export interface StaffDirectories {
  /** `realm` in lower case, empty for a name without one; null where no directory answers for it. */
  forRealm(realm: string): StaffDirectory | null
  /** Whether one of them keeps what MS-CHAPv2 is checked with. */
  haveNtHashes(): boolean
}

export interface StaffLoginDeps {
  readonly accounts: () => ReadonlyMap<string, Account>
  readonly local: LocalLogin
  readonly directories: StaffDirectories
  /** What identity providers and directories told of an account, in lower case, without being asked. */
  readonly people: (account: string) => PersonState | null
  /** Of passwords that a directory is shown, which counts them itself. */
  readonly binding: BackOff
  /** Of what is compared here. */
  readonly guessing: BackOff
}

type Refused = { readonly ok: false; readonly reason: LoginRefusal }

/**
 * Local accounts come first for the names they hold, so that somebody gets in when the directory does
 * not answer; every other name belongs to the directory of its realm.
 */
export function createStaffLogin(deps: StaffLoginDeps): StaffLogins {
  const { accounts, local, directories, people, binding, guessing } = deps

  function directoryOf(username: string): { directory: StaffDirectory; name: LoginName } | null {
    if (accounts().has(username.toLowerCase())) return null
    const name = parseLoginName(username)
    const directory = directories.forRealm(name.realm)
    return directory === null ? null : { directory, name }
  }

  /** `bob@restos.example`, known to the directory as bob, is not the local bob: the log must tell them apart. */
  function distinct(user: DirectoryUser, { realm }: LoginName): StaffAccount {
    if (!accounts().has(user.username)) return user
    return { ...user, username: `${user.username}@${realm}` }
  }

  /** Whoever was switched off is out, also where a directory, or what is remembered of it, does not know yet. */
  const offOf = (user: DirectoryUser, { text }: LoginName): OffReason | null =>
    people(user.username)?.off ?? people(text.toLowerCase())?.off ?? null

  const accountOf =
    (name: LoginName) =>
    (verdict: StaffDirectoryVerdict): LoginVerdict => {
      if (!verdict.ok) return verdict
      const off = offOf(verdict.user, name)
      if (off !== null) return refused(off)
      return { ok: true, account: distinct(verdict.user, name) }
    }

  /** Somebody whom no directory answers for: an identity provider may have told of them. */
  function told(username: string): LoginVerdict {
    const account = username.toLowerCase()
    const person = people(account)
    if (person === null) return refused('unknown-account')
    if (person.off !== null) return refused(person.off)
    return { ok: true, account: { username: account, groups: person.groups } }
  }

  const asksLocal = (trace: LoginTrace | undefined): void => {
    if (trace !== undefined) trace.answerer = 'local'
  }

  /** Whose failures are counted together, in whatever case and under whichever realm of a directory. */
  function accountKey(directory: StaffDirectory | null, user: string): string {
    const name = user.toLowerCase()
    return directory === null ? name : `${directory.name}\n${name}`
  }

  function keyOf(username: string): string {
    const found = directoryOf(username)
    return found === null
      ? accountKey(null, username)
      : accountKey(found.directory, found.name.user)
  }

  async function ntHashOf(
    username: string | null,
    origin: LoginOrigin,
    trace: LoginTrace | undefined,
  ): Promise<NtHashLogin> {
    if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
    if (guessing.isHeld(keyOf(username), origin.device)) return refused('too-many-failures')
    const found = directoryOf(username)
    if (found === null) {
      asksLocal(trace)
      const account = accounts().get(username.toLowerCase())
      if (account === undefined) return refused('unknown-account')
      const { ntHash } = account
      return ntHash === null ? refused('no-nt-hash') : { ok: true, account, ntHash }
    }
    const verdict = await found.directory.ntHashOf(found.name, trace)
    if (!verdict.ok) return verdict
    const off = offOf(verdict.user, found.name)
    if (off !== null) return refused(off)
    return { ok: true, account: distinct(verdict.user, found.name), ntHash: verdict.ntHash }
  }

  function compared(username: string | null, isRight: boolean, origin: LoginOrigin): void {
    if (username === null || username.length > LONGEST_LOGIN_NAME) return
    const key = keyOf(username)
    if (isRight) guessing.succeeded(key, origin.device)
    else guessing.failed(key, origin.device)
  }

  function hasNtHashes(): boolean {
    const isLocal = accounts()
      .values()
      .some(({ ntHash }) => ntHash !== null)
    return isLocal || directories.haveNtHashes()
  }

  const logins: StaffLogins = {
    check(username, password, origin, trace) {
      // A bind with a name and no password succeeds anonymously (RFC 4513 §5.1.2): ask nobody.
      if (password.length === 0) return refused('empty-password')
      if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
      const found = directoryOf(username)
      // Where nobody answers for a realm, the local check takes as long as for a wrong password.
      if (found === null) {
        asksLocal(trace)
        return local.check(
          username,
          password,
          passwordAttempt(guessing, accountKey(null, username), origin),
        )
      }
      const { directory, name } = found
      const attempt = passwordAttempt(binding, accountKey(directory, name.user), origin)
      return then(directory.check(name, password, attempt, trace), accountOf(name))
    },
    standing(username, trace) {
      if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
      const found = directoryOf(username)
      if (found !== null) {
        return then(found.directory.standing(found.name, trace), accountOf(found.name))
      }
      asksLocal(trace)
      const account = accounts().get(username.toLowerCase())
      return account === undefined ? told(username) : { ok: true, account }
    },
    credentialOf(username) {
      const account = username === null ? undefined : accounts().get(username.toLowerCase())
      return account === undefined ? '' : credentialOf(account)
    },
    from: (origin) => ({
      check: (username, password, trace) => logins.check(username, password, origin, trace),
      ntHashOf: (username, trace) => ntHashOf(username, origin, trace),
      compared: (username, isRight) => compared(username, isRight, origin),
      standing: logins.standing,
      credentialOf: logins.credentialOf,
      hasNtHashes,
    }),
  }
  return logins
}

/** Of accounts as they are now: a changed one is another object. */
const credentials = new WeakMap<Account, string>()

function credentialOf(account: Account): string {
  const known = credentials.get(account)
  if (known !== undefined) return known
  const credential = hash('sha256', account.passwordHash, 'base64url')
  credentials.set(account, credential)
  return credential
}

function refused(reason: LoginRefusal): Refused {
  return { ok: false, reason }
}

function then<T, R>(value: T | Promise<T>, read: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(read) : read(value)
}
