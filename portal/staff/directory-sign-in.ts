import { isUnanswered } from '#core/ldap/verdict.ts'
import type { DirectoryRefusal } from '#core/ldap/verdict.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { Person } from '#db/people.ts'
import { personGroups } from './person-claims.ts'
import type { StaffDirectory } from './staff-services.ts'

type Off = 'account-off' | 'account-expired' | 'account-locked' | 'account-restricted'
type Reason = 'wrong' | 'busy' | 'directory-away' | 'password-expired' | Off

export type DirectorySignIn =
  | { readonly ok: true; readonly person: Person }
  /** `account` is null where nobody may have this name. */
  | { readonly ok: false; readonly reason: Reason; readonly account: string | null }

const OFF: Readonly<Partial<Record<DirectoryRefusal, Off>>> = {
  'account-disabled': 'account-off',
  'account-locked': 'account-locked',
  'account-expired': 'account-expired',
  'account-restricted': 'account-restricted',
}

/** Asks the directory that answers for this name; what a person reads tells nobody which names there are. */
export async function checkDirectory(
  directory: StaffDirectory,
  name: LoginName,
  password: string,
): Promise<DirectorySignIn> {
  const verdict = await directory.login(name, Buffer.from(password))
  if (verdict.ok) {
    const { username, groups } = verdict.user
    const issuer = `ldap:${directory.name}`
    const person: Person = {
      ...{ issuer, subject: username, account: username, name: username, mail: null },
      ...{ groups: personGroups(groups), how: 'ldap', secondFactor: false },
    }
    return { ok: true, person }
  }
  const { reason } = verdict
  const account = name.user.toLowerCase()
  if (reason === 'directory-busy') return { ok: false, reason: 'busy', account: null }
  if (isUnanswered(reason)) return { ok: false, reason: 'directory-away', account: null }
  if (reason === 'password-expired') return { ok: false, reason, account }
  const off = OFF[reason]
  if (off !== undefined) return { ok: false, reason: off, account }
  return { ok: false, reason: 'wrong', account: reason === 'wrong-password' ? account : null }
}
