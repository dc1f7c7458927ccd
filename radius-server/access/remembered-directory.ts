import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Directory } from '#core/ldap/directory.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import { isUnanswered } from '#core/ldap/verdict.ts'
import type { DirectoryUser, DirectoryVerdict } from '#core/ldap/verdict.ts'
import type { Counter } from '#core/metrics.ts'
import type { Account } from '#db/accounts.ts'
import type { Gate } from '#core/gate.ts'
import type { Answerer, LoginTrace } from '../login-trace.ts'
import type { PasswordAttempt } from './password-attempt.ts'
import type { StaffDirectory } from './staff-login.ts'
import type { VerifiedPasswords } from './verified-passwords.ts'
import { createWrongPasswords } from './wrong-passwords.ts'

export const REMEMBERED_LIMITS = {
  people: 50_000,
  /** A device that roams comes back every few minutes; the directory is asked about it this seldom. */
  freshMs: 600_000,
  /** How long somebody who is remembered waits for the directory. */
  patienceMs: 250,
  /** Beyond, a password is not hashed: it is remembered another time. */
  hashesWaiting: 32,
} as const

export const MEMORY_USES = ['fresh', 'last-good', 'wrong-password', 'not-kept'] as const
export type MemoryUse = (typeof MEMORY_USES)[number]

export interface RememberedDirectory extends StaffDirectory {
  /** People who could come in while the directory is away. */
  readonly people: number
  /** People, and wrong passwords, that made room. */
  readonly evicted: number
}

export interface MemoryDeps {
  readonly verified: VerifiedPasswords
  /** Of all that hashes passwords: the threads are few. */
  readonly gate: Gate
  readonly hash: (password: string) => Promise<string>
  readonly verify: (phc: string, password: Uint8Array) => Promise<boolean>
  readonly uses: Readonly<Record<MemoryUse, Counter>>
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<null>
}

/** A refusal that does not say whether somebody has this name. */
const LEAVES_UNKNOWN: ReadonlySet<string> = new Set([
  'unknown-account',
  'bad-user-name',
  'directory-busy',
  'directory-unavailable',
])

interface Person {
  /** The hash of the password that the directory accepted; the name is ours, to bind it to. */
  readonly account: Pick<Account, 'username' | 'passwordHash'>
  /** As it is given out: the same object as long as nothing changes. */
  readonly user: DirectoryUser
  /** When the directory accepted the password, and when it last said that the person may come in. */
  readonly provedAt: number
  readonly seenAt: number
}

/**
 * A directory with a memory of whom it let in. For a few minutes it is not asked again; while it is slow
 * or away, who was let in within `lastGoodMs` with this very password comes in with the groups of then.
 * What it says about somebody counts from the moment it says it.
 */
export function createRememberedDirectory(
  directory: Pick<Directory, 'login' | 'standing' | 'ntHashOf'>,
  settings: Pick<DirectorySettings, 'name' | 'lastGoodMs'>,
  deps: MemoryDeps,
): RememberedDirectory {
  const { verified, gate, uses, clock } = deps
  const { lastGoodMs } = settings
  const freshMs = Math.min(REMEMBERED_LIMITS.freshMs, lastGoodMs)
  const people = new BoundedMap<string, Person>({
    limit: REMEMBERED_LIMITS.people,
    ttlMs: lastGoodMs,
    clock,
  })
  const wrong = createWrongPasswords(clock)
  // No larger than what the directory lets be under way, and what waits for its refusal.
  const underWay = new Map<string, Promise<DirectoryVerdict>>()

  const keyOf = (name: LoginName): string => `${settings.name}\n${name.text.toLowerCase()}`
  const isWithin = (since: number, ms: number): boolean => clock() - since < ms
  const knowsPassword = (person: Person, password: Uint8Array): boolean | undefined =>
    verified.recall(verified.keyOf(person.account, password))

  async function remember(key: string, password: Uint8Array, user: DirectoryUser): Promise<void> {
    if (lastGoodMs === 0) return
    const now = clock()
    const held = people.get(key)
    if (held !== undefined && knowsPassword(held, password) === true) {
      people.set(key, { account: held.account, user, provedAt: now, seenAt: now })
      return
    }
    const hashing =
      gate.waiting < REMEMBERED_LIMITS.hashesWaiting
        ? gate.run(() => deps.hash(Buffer.from(password).toString('utf8')))
        : null
    if (hashing === null) return uses['not-kept'].inc()
    const account = { username: key, passwordHash: await hashing }
    people.set(key, { account, user, provedAt: now, seenAt: now })
    verified.remember(verified.keyOf(account, password), true)
  }

  async function ask(
    name: LoginName,
    password: Uint8Array,
    digest: string,
  ): Promise<DirectoryVerdict> {
    const key = keyOf(name)
    const verdict = await directory.login(name, password)
    if (verdict.ok) {
      wrong.forget(digest)
      remember(key, password, verdict.user).catch(() => uses['not-kept'].inc())
      return verdict
    }
    if (isUnanswered(verdict.reason)) return verdict
    if (verdict.reason !== 'wrong-password') {
      people.delete(key)
      return verdict
    }
    wrong.hold(digest)
    const held = people.get(key)
    // Somebody else's guess does not make the owner forgotten; a password that was changed does.
    if (held !== undefined && knowsPassword(held, password) === true) people.delete(key)
    return verdict
  }

  function askOnce(
    name: LoginName,
    password: Uint8Array,
    digest: string,
  ): Promise<DirectoryVerdict> {
    const same = underWay.get(digest)
    if (same !== undefined) return same
    const asking = ask(name, password, digest).finally(() => underWay.delete(digest))
    underWay.set(digest, asking)
    return asking
  }

  /** Null: not from memory. */
  async function fromMemory(key: string, password: Uint8Array): Promise<DirectoryVerdict | null> {
    const person = people.get(key)
    if (person === undefined || !isWithin(person.provedAt, lastGoodMs)) return null
    let isRight = knowsPassword(person, password)
    if (isRight === undefined) {
      const checking = gate.run(() => deps.verify(person.account.passwordHash, password))
      if (checking === null) return null
      isRight = await checking
      verified.remember(verified.keyOf(person.account, password), isRight)
    }
    // While it was computed the directory may have said something else.
    if (!isRight || people.get(key)?.account !== person.account) return null
    uses['last-good'].inc()
    return { ok: true, user: person.user }
  }

  async function askedOrRemembered(
    key: string,
    password: Uint8Array,
    asking: Promise<DirectoryVerdict>,
    isRemembered: boolean,
    trace: LoginTrace | undefined,
  ): Promise<DirectoryVerdict> {
    const verdict = isRemembered
      ? await Promise.race([asking, deps.sleep(REMEMBERED_LIMITS.patienceMs)])
      : await asking
    if (verdict !== null && (verdict.ok || !isUnanswered(verdict.reason))) {
      return answered(verdict, trace)
    }
    const lastGood = await fromMemory(key, password)
    if (lastGood === null) return answered(verdict ?? (await asking), trace)
    note(trace, 'last-good', true)
    return lastGood
  }

  /** Who answered for whom, and whether there is such a person. */
  function note(trace: LoginTrace | undefined, answerer: Answerer, isKnown: boolean): void {
    if (trace === undefined) return
    trace.answerer = answerer
    trace.directory = settings.name
    trace.isKnown = isKnown
  }

  function answered<V extends { ok: true } | { ok: false; reason: string }>(
    verdict: V,
    trace: LoginTrace | undefined,
  ): V {
    note(trace, 'directory', verdict.ok || !LEAVES_UNKNOWN.has(verdict.reason))
    return verdict
  }

  /** Who waits for the answer to somebody else's question was not counted by the directory. */
  async function counted(
    asking: Promise<DirectoryVerdict>,
    attempt: PasswordAttempt,
    leads: boolean,
  ): Promise<DirectoryVerdict> {
    const verdict = await asking
    if (leads || verdict.ok) attempt.end(outcomeOf(verdict))
    return verdict
  }

  return {
    name: settings.name,
    get people() {
      return people.size
    },
    get evicted() {
      return people.evicted + wrong.evicted
    },
    check(name, password, attempt, trace) {
      const key = keyOf(name)
      const person = people.get(key)
      const isSame = person !== undefined && knowsPassword(person, password) === true
      if (isSame && isWithin(person.provedAt, freshMs)) {
        uses.fresh.inc()
        note(trace, 'memory', true)
        return { ok: true, user: person.user }
      }
      const nameOnly = { username: key, passwordHash: '' }
      const digest = verified.keyOf(nameOnly, password)
      if (wrong.isHeld(digest)) {
        uses['wrong-password'].inc()
        note(trace, 'memory', true)
        return { ok: false, reason: 'wrong-password' }
      }
      const leads = !underWay.has(digest)
      // What was right the last time is no guess: whoever has it is asked about whatever others tried.
      const refusal = leads && !isSame ? attempt.begin() : null
      if (refusal !== null) {
        if (trace !== undefined) trace.isKnown = person !== undefined
        return { ok: false, reason: refusal }
      }
      // From here on it waits, and the bytes it was given may be those of the next packet.
      const own = Uint8Array.from(password)
      const asking = counted(askOnce(name, own, digest), attempt, leads)
      return askedOrRemembered(key, own, asking, isSame, trace)
    },
    standing(name, trace) {
      const key = keyOf(name)
      const person = people.get(key)
      if (person !== undefined && isWithin(person.seenAt, freshMs)) {
        note(trace, 'memory', true)
        return { ok: true, user: person.user }
      }
      const asking = directory.standing(name).then((verdict): DirectoryVerdict => {
        const held = people.get(key)
        if (verdict.ok) {
          if (held !== undefined) people.set(key, { ...held, user: verdict.user, seenAt: clock() })
          return verdict
        }
        if (!isUnanswered(verdict.reason)) people.delete(key)
        return verdict
      })
      if (person === undefined) return asking.then((verdict) => answered(verdict, trace))
      return Promise.race([asking, deps.sleep(REMEMBERED_LIMITS.patienceMs)]).then(
        async (verdict) => {
          if (verdict !== null && (verdict.ok || !isUnanswered(verdict.reason))) {
            return answered(verdict, trace)
          }
          const held = people.get(key)
          if (held === undefined || !isWithin(held.provedAt, lastGoodMs)) {
            return answered(verdict ?? (await asking), trace)
          }
          uses['last-good'].inc()
          note(trace, 'last-good', true)
          return { ok: true, user: held.user }
        },
      )
    },
    async ntHashOf(name, trace) {
      return answered(await directory.ntHashOf(name), trace)
    },
  }
}

function outcomeOf(verdict: DirectoryVerdict): Parameters<PasswordAttempt['end']>[0] {
  if (verdict.ok) return 'right'
  const isWrong = verdict.reason === 'wrong-password' || verdict.reason === 'unknown-account'
  return isWrong ? 'wrong' : 'unanswered'
}
