import type { Account } from '#db/accounts.ts'
import type { Gate } from '#core/gate.ts'
import type { PasswordAttempt } from './password-attempt.ts'
import type { VerifiedPasswords } from './verified-passwords.ts'

export const PASSWORD_LIMITS = {
  /** Threads of libuv's pool that may hash at once; the others stay free for DNS and files. */
  running: 3,
  /** At 44 ms each on two cores, the last of the queue is answered within 3 seconds. */
  waiting: 128,
} as const

export type LocalVerdict =
  | { readonly ok: true; readonly account: Account }
  | {
      readonly ok: false
      readonly reason:
        | 'unknown-account'
        | 'wrong-password'
        | 'empty-password'
        | 'too-many-failures'
        | 'overloaded'
    }

export interface LocalLogin {
  /** Answers at once when the same password was checked before. */
  check(
    username: string,
    password: Uint8Array,
    attempt: PasswordAttempt,
  ): LocalVerdict | Promise<LocalVerdict>
}

export interface LocalLoginDeps {
  readonly accounts: () => ReadonlyMap<string, Account>
  readonly verify: (phc: string, password: Uint8Array) => Promise<boolean>
  readonly verified: VerifiedPasswords
  readonly gate: Gate
  /** A hash that no password has, for names that do not exist. */
  readonly decoyHash: () => string
}

export function createLocalLogin(deps: LocalLoginDeps): LocalLogin {
  const { accounts, verify, verified, gate, decoyHash } = deps
  const underWay = new Map<string, Promise<boolean>>()

  /** All devices of a person come back at once after an outage: their password is hashed once. */
  function checkOnce(
    key: string,
    phc: string,
    password: Uint8Array,
    attempt: PasswordAttempt,
  ): Promise<boolean> | 'too-many-failures' | 'overloaded' {
    const same = underWay.get(key)
    if (same !== undefined) return same
    const refusal = attempt.begin()
    if (refusal !== null) return refusal
    const checking = gate.run(() => verify(phc, password))
    if (checking === null) {
      attempt.end('unanswered')
      return 'overloaded'
    }
    // No larger than the gate lets in.
    underWay.set(key, checking)
    return checking.finally(() => underWay.delete(key))
  }

  async function hashed(
    account: Account,
    isKnown: boolean,
    key: string,
    checking: Promise<boolean>,
    settle: (isRight: boolean) => void,
  ): Promise<LocalVerdict> {
    const isRight = (await checking) && isKnown
    settle(isRight)
    verified.remember(key, isRight)
    // The account may have been changed while the hash was computed.
    const isStill = accounts().get(account.username)?.passwordHash === account.passwordHash
    if (isRight && isStill) return { ok: true, account }
    return { ok: false, reason: isKnown ? 'wrong-password' : 'unknown-account' }
  }

  return {
    check(username, password, attempt) {
      if (password.length === 0) return { ok: false, reason: 'empty-password' }
      const name = username.toLowerCase()
      const known = accounts().get(name)
      // Inside a TTLS tunnel anyone in radio range can ask: an unknown name must take as long as a
      // wrong password, or the time of the answer lists the accounts.
      const account = known ?? {
        username: name,
        passwordHash: decoyHash(),
        groups: [],
        ntHash: null,
      }
      const key = verified.keyOf(account, password)
      const before = verified.recall(key)
      if (before === true && known !== undefined) return { ok: true, account: known }
      if (before !== undefined) {
        return { ok: false, reason: known === undefined ? 'unknown-account' : 'wrong-password' }
      }
      const leads = !underWay.has(key)
      const checking = checkOnce(key, account.passwordHash, password, attempt)
      if (typeof checking === 'string') return { ok: false, reason: checking }
      return hashed(account, known !== undefined, key, checking, (isRight) => {
        // Who waits for the hash of somebody else has tried nothing more.
        if (leads || isRight) attempt.end(isRight ? 'right' : 'wrong')
      })
    },
  }
}
