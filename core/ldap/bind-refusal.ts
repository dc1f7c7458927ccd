import type { PolicyError } from './connection.ts'
import type { LdapFault } from './fault.ts'
import type { DirectoryRefusal } from './verdict.ts'

/** Windows error codes, in hex, that Active Directory puts behind `data` in its answer to a bind. */
const ACTIVE_DIRECTORY_DATA: Readonly<Record<string, DirectoryRefusal>> = {
  '525': 'unknown-account',
  '52e': 'wrong-password',
  '530': 'account-restricted', // not at this hour
  '531': 'account-restricted', // not from this machine
  '532': 'password-expired',
  '533': 'account-disabled',
  '701': 'account-expired',
  '773': 'password-expired', // must be changed first
  '775': 'account-locked',
}

/** What a refused bind says about the person; null: it says something about the server. */
export function bindRefusal(
  { kind, code, detail }: LdapFault,
  policy: PolicyError,
): DirectoryRefusal | null {
  if (kind !== 'result') return null
  if (policy === 'account-locked') return 'account-locked'
  if (policy !== null) return 'password-expired'
  switch (code) {
    case 49: {
      const data = /\bdata ([0-9a-f]{3,8})\b/i.exec(detail)?.[1]?.toLowerCase() ?? ''
      return ACTIVE_DIRECTORY_DATA[data.replace(/^0+/, '')] ?? 'wrong-password'
    }
    case 19: // 389 Directory Server: too many failures
      return 'account-locked'
    case 32:
      return 'unknown-account'
    case 48: // no password that a bind could compare
      return 'wrong-password'
    case 50:
      return 'account-restricted'
    case 53: // 389 Directory Server says so of an account that was switched off
      return /inactivated/i.test(detail) ? 'account-disabled' : null
    default:
      return null
  }
}
