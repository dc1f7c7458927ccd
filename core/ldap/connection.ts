import type { Socket } from 'node:net'
import { Client, PasswordPolicyControl, PasswordPolicyError, ResultCodeError } from 'ldapts'
import type { SearchOptions } from 'ldapts'
import { reasonOf } from '#core/error.ts'
import { fault } from './fault.ts'
import type { LdapOutcome } from './fault.ts'
import { DIRECTORY_LIMITS } from './limits.ts'

/** An entry: attribute names in lower case, values as text. */
export interface LdapEntry {
  readonly dn: string
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export interface Search {
  readonly base: string
  readonly scope: 'base' | 'sub'
  readonly filter: string
  readonly attributes: readonly string[]
  /** Entries at most; what is beyond is not sent. */
  readonly most: number
}

export type PolicyError = 'password-expired' | 'account-locked' | 'change-after-reset' | null

/** One connection, one question at a time. Nothing here throws. */
export interface LdapConnection {
  readonly isOpen: boolean
  /** Simple bind. The value is what the password policy control said beside the success. */
  bind(dn: string, password: string): Promise<LdapOutcome<PolicyError> & { policy: PolicyError }>
  search(search: Search): Promise<LdapOutcome<readonly LdapEntry[]>>
  /** The same in pages (RFC 2696), for more than a server gives at once. */
  searchInPages(search: Search): Promise<LdapOutcome<PagedEntries>>
  close(): void
}

export interface PagedEntries {
  readonly entries: readonly LdapEntry[]
  /** There are more than `most`, or than the server gives in all. */
  readonly isCut: boolean
}

/** sizeLimitExceeded and adminLimitExceeded (RFC 4511 appendix A). */
const SERVER_LIMITS: ReadonlySet<number> = new Set([4, 11])

export function createLdapConnection(
  socket: Socket,
  onClose: () => void,
  operationMs: number = DIRECTORY_LIMITS.operationMs,
): LdapConnection {
  // The socket is opened, and TLS begun, before the library sees it: it would call a connection whose
  // StartTLS socket has closed still connected.
  const client = new Client({ url: 'ldap://socket', createConnection: () => socket })
  const closed = Promise.withResolvers<LdapOutcome<never>>()
  let isOpen = socket.readyState === 'open'
  let bytes = 0
  let isTooLarge = false
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= DIRECTORY_LIMITS.answerBytes) return
    isTooLarge = true
    socket.destroy()
  })
  socket.once('close', () => {
    isOpen = false
    closed.resolve(
      isTooLarge
        ? fault('too-large', `the answer has more than ${DIRECTORY_LIMITS.answerBytes} bytes`)
        : fault('lost', 'the server closed the connection'),
    )
    onClose()
  })
  // It may have closed before there was a listener.
  if (!isOpen) closed.resolve(fault('lost', 'the server closed the connection'))

  async function ask<T>(question: () => Promise<T>): Promise<LdapOutcome<T>> {
    if (!isOpen) return fault('lost', 'the connection is closed')
    bytes = 0
    const late = Promise.withResolvers<LdapOutcome<T>>()
    const timer = setTimeout(() => {
      late.resolve(fault('late', `no answer within ${operationMs} ms`))
      socket.destroy()
    }, operationMs)
    const answered = question().then(
      (value): LdapOutcome<T> => ({ ok: true, value }),
      (thrown: unknown) => faultOf<T>(thrown, closed.promise),
    )
    try {
      return await Promise.race([late.promise, closed.promise, answered])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    get isOpen() {
      return isOpen
    },
    async bind(dn, password) {
      const control = new PasswordPolicyControl()
      const outcome = await ask(() => client.bind(dn, password, control))
      const policy = policyOf(control.value?.error)
      return outcome.ok ? { ok: true, value: policy, policy } : { ...outcome, policy }
    },
    async search({ base, scope, filter, attributes, most }) {
      const options: SearchOptions = {
        scope,
        filter,
        attributes: [...attributes],
        sizeLimit: most,
        timeLimit: DIRECTORY_LIMITS.searchSeconds,
      }
      const outcome = await ask(() => client.search(base, options))
      if (!outcome.ok) return outcome
      // Search references are other servers: whoever wants those declares them.
      return { ok: true, value: outcome.value.searchEntries.slice(0, most).map(entryOf) }
    },
    async searchInPages({ base, scope, filter, attributes, most }) {
      // No limit is asked for: beside one of ours the library would not tell that the server has a lower one.
      const pages = client.searchPaginated(base, {
        ...{ scope, filter, attributes: [...attributes] },
        timeLimit: DIRECTORY_LIMITS.searchSeconds,
        paged: { pageSize: DIRECTORY_LIMITS.pageEntries },
      })
      const entries: LdapEntry[] = []
      while (entries.length <= most) {
        const page = await ask(() => pages.next())
        if (!page.ok) {
          const isServersLimit = SERVER_LIMITS.has(page.fault.code ?? 0) && entries.length > 0
          return isServersLimit ? { ok: true, value: { entries, isCut: true } } : page
        }
        if (page.value.done === true) return { ok: true, value: { entries, isCut: false } }
        entries.push(...page.value.value.searchEntries.map(entryOf))
      }
      return { ok: true, value: { entries: entries.slice(0, most), isCut: true } }
    },
    close() {
      socket.destroy()
    },
  }
}

function faultOf<T>(
  thrown: unknown,
  closed: Promise<LdapOutcome<never>>,
): LdapOutcome<T> | Promise<LdapOutcome<T>> {
  if (thrown instanceof ResultCodeError) {
    return fault('result', reasonOf(thrown), thrown.code)
  }
  // The library rejects what was asked when the socket closes, before it says why it closed.
  return reasonOf(thrown).startsWith('Connection closed')
    ? closed
    : fault('lost', reasonOf(thrown).split('\n')[0] ?? '')
}

function policyOf(error: number | undefined): PolicyError {
  if (error === PasswordPolicyError.PasswordExpired) return 'password-expired'
  if (error === PasswordPolicyError.AccountLocked) return 'account-locked'
  return error === PasswordPolicyError.ChangeAfterReset ? 'change-after-reset' : null
}

function entryOf(entry: { dn: string; [name: string]: unknown }): LdapEntry {
  const attributes = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'dn') continue
    const values = Array.isArray(value) ? value : [value]
    attributes.set(name.toLowerCase(), values.map(String))
  }
  return { dn: entry.dn, attributes }
}
