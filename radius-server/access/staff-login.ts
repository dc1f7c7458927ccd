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
import type { LoginTrace } from '../login-trace.ts'
import type { LocalLogin } from './local-login.ts'

/** Who came in, whoever vouches for them. */
export interface StaffAccount {
  /** What accounting and the log call this person. */
  readonly username: string
  /** For the policy; never for a log line. */
  readonly groups: readonly string[]
}

/** `overloaded` is answered with silence, so that the gateway asks again; the others with a reject. */
export type LoginRefusal = DirectoryRefusal | 'overloaded'

export type LoginVerdict =
  | { readonly ok: true; readonly account: StaffAccount }
  | { readonly ok: false; readonly reason: LoginRefusal }

export type NtHashLogin =
  | { readonly ok: true; readonly account: StaffAccount; readonly ntHash: Uint8Array }
  | { readonly ok: false; readonly reason: LoginRefusal }

/** Every method that ends in a name asks here. `username` null: not UTF-8. `trace` hears who answered. */
export interface StaffLogin {
  /** Answers at once when the same password was checked a short while before. */
  check(
    username: string | null,
    password: Uint8Array,
    trace?: LoginTrace,
  ): LoginVerdict | Promise<LoginVerdict>
  /** Whether this person may still come in, for whoever proved it before: a resumed TLS session. */
  standing(username: string | null, trace?: LoginTrace): LoginVerdict | Promise<LoginVerdict>
  /** For MS-CHAPv2, which shows that somebody knows the NT hash and never the password. */
  ntHashOf(username: string | null, trace?: LoginTrace): NtHashLogin | Promise<NtHashLogin>
  /** Of a local account another text once its password is another; a directory tells nothing of it. */
  credentialOf(username: string | null): string
  /** Whether there is anyone whom MS-CHAPv2 can let in. */
  hasNtHashes(): boolean
}

/** The directory that answers for a realm: one of those declared, with what is remembered of it. */
export interface StaffDirectory {
  check(
    name: LoginName,
    password: Uint8Array,
    trace?: LoginTrace,
  ): DirectoryVerdict | Promise<DirectoryVerdict>
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
}

type Refused = { readonly ok: false; readonly reason: LoginRefusal }

/**
 * Local accounts come first for the names they hold, so that somebody gets in when the directory does
 * not answer; every other name belongs to the directory of its realm.
 */
export function createStaffLogin({ accounts, local, directories }: StaffLoginDeps): StaffLogin {
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

  const accountOf =
    (name: LoginName) =>
    (verdict: DirectoryVerdict): LoginVerdict =>
      verdict.ok ? { ok: true, account: distinct(verdict.user, name) } : verdict

  const asksLocal = (trace: LoginTrace | undefined): void => {
    if (trace !== undefined) trace.answerer = 'local'
  }

  return {
    check(username, password, trace) {
      // A bind with a name and no password succeeds anonymously (RFC 4513 §5.1.2): ask nobody.
      if (password.length === 0) return refused('empty-password')
      if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
      const found = directoryOf(username)
      // Where nobody answers for a realm, the local check takes as long as for a wrong password.
      if (found === null) {
        asksLocal(trace)
        return local.check(username, password)
      }
      return then(found.directory.check(found.name, password, trace), accountOf(found.name))
    },
    standing(username, trace) {
      if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
      const found = directoryOf(username)
      if (found !== null) {
        return then(found.directory.standing(found.name, trace), accountOf(found.name))
      }
      asksLocal(trace)
      const account = accounts().get(username.toLowerCase())
      return account === undefined ? refused('unknown-account') : { ok: true, account }
    },
    ntHashOf(username, trace) {
      if (username === null || username.length > LONGEST_LOGIN_NAME) return refused('bad-user-name')
      const found = directoryOf(username)
      if (found === null) {
        asksLocal(trace)
        const account = accounts().get(username.toLowerCase())
        if (account === undefined) return refused('unknown-account')
        const { ntHash } = account
        return ntHash === null ? refused('no-nt-hash') : { ok: true, account, ntHash }
      }
      return found.directory.ntHashOf(found.name, trace).then((verdict) => {
        if (!verdict.ok) return verdict
        const { user, ntHash } = verdict
        return { ok: true, account: distinct(user, found.name), ntHash }
      })
    },
    credentialOf(username) {
      const account = username === null ? undefined : accounts().get(username.toLowerCase())
      return account === undefined ? '' : hash('sha256', account.passwordHash, 'base64url')
    },
    hasNtHashes() {
      const isLocal = accounts()
        .values()
        .some(({ ntHash }) => ntHash !== null)
      return isLocal || directories.haveNtHashes()
    },
  }
}

function refused(reason: LoginRefusal): Refused {
  return { ok: false, reason }
}

function then<T, R>(value: T | Promise<T>, read: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(read) : read(value)
}
