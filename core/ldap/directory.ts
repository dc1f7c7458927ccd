import { accountName } from './account-name.ts'
import { STATE_ATTRIBUTES, accountState } from './account-state.ts'
import { bindRefusal } from './bind-refusal.ts'
import { findChanges } from './changes.ts'
import type { DirectoryChanges } from './changes.ts'
import type { LdapConnection, LdapEntry, PagedEntries, PolicyError, Search } from './connection.ts'
import { createKindOfDirectory } from './directory-kind.ts'
import type { DirectoryKind } from './directory-settings.ts'
import { fault, isAnswer } from './fault.ts'
import type { LdapOutcome } from './fault.ts'
import { fillFilter } from './filter.ts'
import { findGroups } from './groups.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { isSearchableUser } from './login-name.ts'
import type { LoginName } from './login-name.ts'
import { createLdapServer } from './server.ts'
import type { LdapServer, Purpose, ServerDeps } from './server.ts'
import type { DirectoryRefusal, DirectoryUser, DirectoryVerdict, NtHashVerdict } from './verdict.ts'

/** One directory, on however many servers. It answers within `DIRECTORY_LIMITS.loginMs`, whatever they do. */
export interface Directory {
  readonly servers: readonly LdapServer[]
  readonly loginsUnderWay: number
  /** Searches the person as the service account, then binds as them. */
  login(name: LoginName, password: Uint8Array): Promise<DirectoryVerdict>
  /** The same without the password: whether they may still come in, and with which groups. */
  standing(name: LoginName): Promise<DirectoryVerdict>
  ntHashOf(name: LoginName): Promise<NtHashVerdict>
  /** Who and what was written since then, in milliseconds by the directory's clock. */
  changes(since: number): Promise<LdapOutcome<DirectoryChanges>>
  close(): void
}

interface Found {
  readonly kind: DirectoryKind
  readonly entry: LdapEntry
  readonly username: string
}

type Refused = { readonly ok: false; readonly reason: DirectoryRefusal }
type Step<T> = { readonly ok: true; readonly value: T } | Refused

/** How each kind names people, and how they are found by what they type. */
const PEOPLE = {
  openldap: { name: 'uid', filter: '(uid={user})' },
  'active-directory': {
    name: 'sAMAccountName',
    filter:
      '(&(objectCategory=person)(objectClass=user)(|(sAMAccountName={user})(userPrincipalName={login})))',
  },
} as const

const NT_HASH = /^[0-9a-f]{32}$/i

export function createDirectory(deps: ServerDeps): Directory {
  const { settings, metrics, log, clock } = deps
  const servers = settings.urls.map((url) => createLdapServer(url, deps))
  const kindOf = createKindOfDirectory(settings.kind)
  let underWay = 0

  /** The first server that answers; a slow one leaves what is left of `until` to the next. */
  async function ask<T>(
    until: number,
    purpose: Purpose,
    question: (connection: LdapConnection) => Promise<LdapOutcome<T>>,
  ): Promise<LdapOutcome<T>> {
    let last: LdapOutcome<T> = fault('open', 'no server is asked')
    for (const server of servers) {
      if (clock() >= until) break
      last = await server.ask(purpose, question)
      if (last.ok || isAnswer(last.fault)) return last
    }
    return last
  }

  const search = (until: number, what: Search): Promise<LdapOutcome<readonly LdapEntry[]>> =>
    ask(until, 'look', (connection) => connection.search(what))

  const searchInPages = (until: number, what: Search): Promise<LdapOutcome<PagedEntries>> =>
    ask(until, 'look', (connection) => connection.searchInPages(what))

  async function askKind(until: number): Promise<DirectoryKind | null> {
    const kind = await ask(until, 'look', kindOf.ask)
    return kind.ok ? kind.value : null
  }

  async function find(until: number, name: LoginName): Promise<Step<Found>> {
    const kind = kindOf.known ?? (await askKind(until))
    if (kind === null) return refused('directory-unavailable')
    const people = PEOPLE[kind]
    const found = await search(until, {
      base: settings.baseDn,
      scope: 'sub',
      filter: fillFilter(settings.userFilter ?? people.filter, {
        user: name.user,
        login: name.text,
      }),
      attributes: [
        people.name,
        ...STATE_ATTRIBUTES[kind],
        ...(settings.groups.from === 'memberOf' || kind === 'active-directory' ? ['memberOf'] : []),
        ...(settings.ntHashAttribute === null ? [] : [settings.ntHashAttribute]),
      ],
      most: 2,
    })
    if (!found.ok) return refused('directory-unavailable')
    const [entry, other] = found.value
    if (entry === undefined) return refused('unknown-account')
    // To try the password on each would let one person in by the password of another.
    if (other !== undefined) return refused('ambiguous-account')
    // A bind without a name is anonymous, and succeeds.
    if (entry.dn === '') return refused('unknown-account')
    const state = accountState(kind, entry, clock())
    if (state !== null) return refused(state)
    const names = entry.attributes.get(people.name.toLowerCase()) ?? []
    const typed = name.user.toLowerCase()
    const username = names.find((value) => value.toLowerCase() === typed) ?? names[0] ?? typed
    if (!isSearchableUser(username)) return refused('bad-user-name')
    return { ok: true, value: { kind, entry, username: username.toLowerCase() } }
  }

  async function signIn(until: number, dn: string, password: string): Promise<Step<null>> {
    let policy: PolicyError = null
    const bound = await ask(until, 'sign-in', async (connection) => {
      const outcome = await connection.bind(dn, password)
      policy = outcome.policy
      return outcome
    })
    if (bound.ok) {
      return bound.value === null ? { ok: true, value: null } : refused('password-expired')
    }
    return refused(bindRefusal(bound.fault, policy) ?? 'directory-unavailable')
  }

  async function withGroups(until: number, found: Found): Promise<Step<DirectoryUser>> {
    const person = {
      dn: found.entry.dn,
      username: found.username,
      memberOf: found.entry.attributes.get('memberof') ?? [],
    }
    const groups = await findGroups(found.kind, settings, person, (what) =>
      searchInPages(until, what),
    )
    // Without its groups a person would get the rule of those who have none.
    if (!groups.ok) return refused('directory-unavailable')
    if (groups.value.isCut) {
      metrics.groupsCut.inc()
      log.warn('directory.groups.cut', {
        directory: settings.name,
        most: DIRECTORY_LIMITS.groups,
        depth: DIRECTORY_LIMITS.groupDepth,
      })
    }
    const username = accountName(settings, found.username)
    return { ok: true, value: { username, groups: groups.value.names } }
  }

  /** Bounds how many are under way and how long each takes, and counts what came of it. */
  async function bounded<V extends DirectoryVerdict | NtHashVerdict>(
    name: LoginName,
    work: (until: number) => Promise<V | Refused>,
  ): Promise<V | Refused> {
    let verdict: V | Refused
    if (!isSearchableUser(name.user)) verdict = refused('bad-user-name')
    else if (underWay >= DIRECTORY_LIMITS.logins) verdict = refused('directory-busy')
    else {
      underWay += 1
      // The place is given back when the work has ended, not when nobody waits for it any more.
      const working = work(clock() + DIRECTORY_LIMITS.loginMs).finally(() => {
        underWay -= 1
      })
      verdict = await within(DIRECTORY_LIMITS.loginMs, working)
    }
    metrics.outcomes[verdict.ok ? 'accepted' : verdict.reason].inc()
    return verdict
  }

  return {
    servers,
    get loginsUnderWay() {
      return underWay
    },
    login: (name, password) =>
      bounded(name, async (until) => {
        const text = passwordText(password)
        if (text === '') return refused('empty-password')
        if (text === null) return refused('wrong-password')
        const found = await find(until, name)
        if (!found.ok) return found
        const signedIn = await signIn(until, found.value.entry.dn, text)
        if (!signedIn.ok) return signedIn
        const user = await withGroups(until, found.value)
        return user.ok ? { ok: true, user: user.value } : user
      }),
    standing: (name) =>
      bounded(name, async (until) => {
        const found = await find(until, name)
        if (!found.ok) return found
        const user = await withGroups(until, found.value)
        return user.ok ? { ok: true, user: user.value } : user
      }),
    ntHashOf: (name) =>
      bounded(name, async (until) => {
        const attribute = settings.ntHashAttribute
        if (attribute === null) return refused('no-nt-hash')
        const found = await find(until, name)
        if (!found.ok) return found
        const hash = found.value.entry.attributes.get(attribute.toLowerCase())?.[0] ?? ''
        if (!NT_HASH.test(hash)) return refused('no-nt-hash')
        const user = await withGroups(until, found.value)
        if (!user.ok) return user
        return { ok: true, user: user.value, ntHash: new Uint8Array(Buffer.from(hash, 'hex')) }
      }),
    async changes(since) {
      const until = clock() + DIRECTORY_LIMITS.changesMs
      const kind = kindOf.known ?? (await askKind(until))
      if (kind === null) return fault('open', 'the directory does not say of which kind it is')
      return findChanges(kind, settings, since, (what) => searchInPages(until, what))
    },
    close() {
      for (const server of servers) server.close()
    },
  }
}

/** Null: no password of a directory is like that. Some servers end a text at a NUL: "\0x" would be "". */
function passwordText(password: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password)
    return text.includes('\0') ? null : text
  } catch {
    return null // not UTF-8
  }
}

async function within<V>(ms: number, work: Promise<V>): Promise<V | Refused> {
  const timer = Promise.withResolvers<Refused>()
  const timeout = setTimeout(() => timer.resolve(refused('directory-unavailable')), ms)
  try {
    return await Promise.race([work, timer.promise])
  } finally {
    clearTimeout(timeout)
  }
}

function refused(reason: DirectoryRefusal): Refused {
  return { ok: false, reason }
}
