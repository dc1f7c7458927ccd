import type { Person } from '#db/people.ts'
import type { SignInClaims, SignInProvider } from '#db/sign-in-providers.ts'

export const PERSON_LIMITS = {
  /** As the directories: the others do not count. */
  groups: 500,
  groupCharacters: 256,
  nameCharacters: 200,
  /** As RADIUS takes it (core/ldap/login-name.ts). */
  accountCharacters: 160,
} as const

export type Claims = Readonly<Record<string, unknown>>

/** Groups of a person in lower case, each once, no more than are looked at. */
export function personGroups(given: readonly string[]): readonly string[] {
  const groups = new Set<string>()
  for (const group of given) {
    const name = group.trim().toLowerCase()
    if (name === '' || name.length > PERSON_LIMITS.groupCharacters || hasControl(name)) continue
    groups.add(name)
    if (groups.size >= PERSON_LIMITS.groups) break
  }
  return [...groups]
}

/**
 * The person whom claims are about; null where they do not say what the account is called. Groups may come
 * as a list or as one text with semicolons between them, as LemonLDAP::NG writes several values.
 */
export function personOfClaims(
  provider: Pick<SignInProvider, 'issuer' | 'claims'>,
  subject: string,
  claims: Claims,
): { readonly person: Person; readonly areGroupsCut: boolean } | null {
  const account = accountOf(claims, provider.claims)
  if (account === null) return null
  const name = text(claims[provider.claims.name]).slice(0, PERSON_LIMITS.nameCharacters)
  const mail = text(claims[provider.claims.mail])
  const given = groupsOf(claims[provider.claims.groups])
  return {
    areGroupsCut: given.length > PERSON_LIMITS.groups,
    person: {
      ...{ issuer: provider.issuer, subject, account },
      name: name === '' ? account : name,
      mail: /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(mail) ? mail : null,
      groups: personGroups(given),
      ...{ how: 'oidc', secondFactor: false },
    },
  }
}

function accountOf(claims: Claims, { account: claim }: SignInClaims): string | null {
  const account = text(claims[claim]).toLowerCase()
  const isRight = account !== '' && Buffer.byteLength(account) <= PERSON_LIMITS.accountCharacters
  return isRight ? account : null
}

function groupsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(';')
  if (!Array.isArray(claim)) return []
  return claim.filter((group): group is string => typeof group === 'string')
}

function text(claim: unknown): string {
  if (typeof claim !== 'string') return ''
  const plain = claim.trim()
  return hasControl(plain) ? '' : plain
}

function hasControl(value: string): boolean {
  return /\p{Cc}/u.test(value) || !value.isWellFormed()
}
