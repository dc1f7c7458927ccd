import type { LdapEntry } from './connection.ts'
import type { DirectoryKind } from './directory-settings.ts'
import type { DirectoryRefusal } from './verdict.ts'

/** [MS-ADTS] 2.2.16 and 3.1.1.4.5.17. */
const ACTIVE_DIRECTORY = { disabled: 0x2, lockedOut: 0x10, passwordExpired: 0x80_0000 } as const
/** 100 ns since 1601-01-01; of these two values an account never ends. */
const NEVER: ReadonlySet<string> = new Set(['0', '9223372036854775807'])
const FILETIME_UNIX_EPOCH_MS = 11_644_473_600_000
const DAY_MS = 86_400_000
/** draft-behera-ldap-password-policy §5.3.3: an administrator locked it for good, which is how OpenLDAP disables. */
const LOCKED_FOR_GOOD = '000001010000Z'

/** What `accountState` reads. */
export const STATE_ATTRIBUTES: Readonly<Record<DirectoryKind, readonly string[]>> = {
  'active-directory': [
    'userAccountControl',
    'msDS-User-Account-Control-Computed',
    'accountExpires',
  ],
  openldap: ['pwdAccountLockedTime', 'nsAccountLock', 'shadowExpire', 'sambaAcctFlags'],
}

/**
 * Null where the entry does not forbid to come in. A password that still fits an account that ended is
 * the reason to look here and not only at the bind.
 */
export function accountState(
  kind: DirectoryKind,
  entry: LdapEntry,
  now: number,
): DirectoryRefusal | null {
  const first = (name: string): string | null => entry.attributes.get(name)?.[0] ?? null
  return kind === 'active-directory' ? ofActiveDirectory(first, now) : ofOpenLdap(first, now)
}

type First = (name: string) => string | null

function ofActiveDirectory(first: First, now: number): DirectoryRefusal | null {
  const control = Number(first('useraccountcontrol') ?? 0)
  const computed = Number(first('msds-user-account-control-computed') ?? 0)
  const expires = first('accountexpires')
  if ((control & ACTIVE_DIRECTORY.disabled) !== 0) return 'account-disabled'
  if (expires !== null && !NEVER.has(expires)) {
    const ends = Number(expires) / 10_000 - FILETIME_UNIX_EPOCH_MS
    if (ends <= now) return 'account-expired'
  }
  if ((computed & ACTIVE_DIRECTORY.lockedOut) !== 0) return 'account-locked'
  return (computed & ACTIVE_DIRECTORY.passwordExpired) === 0 ? null : 'password-expired'
}

function ofOpenLdap(first: First, now: number): DirectoryRefusal | null {
  if (first('nsaccountlock')?.toLowerCase() === 'true') return 'account-disabled'
  if (/D/.test(first('sambaacctflags') ?? '')) return 'account-disabled'
  // A lock that ends by itself is known to the bind, which knows for how long.
  if (first('pwdaccountlockedtime') === LOCKED_FOR_GOOD) return 'account-disabled'
  // Days since 1970 (RFC 2307); absent, empty, 0 and -1 are used for "never".
  const days = Number(first('shadowexpire') ?? 0)
  return days > 0 && days * DAY_MS <= now ? 'account-expired' : null
}
