import { isLoopbackUrl, realmOfBaseDn } from './directory-settings.ts'
import type { DirectorySettings } from './directory-settings.ts'

export interface LdapVariables {
  readonly LDAP_URL?: string | undefined
  readonly LDAP_BIND_DN?: string | undefined
  readonly LDAP_BIND_PASSWORD?: string | undefined
  readonly LDAP_BASE_DN?: string | undefined
}

const LAST_GOOD_MS = 8 * 3_600_000

/** The directory of the four variables; what it is, it says itself. Null where none is set. */
export function directoryOfEnvironment(
  variables: LdapVariables,
): { readonly directory: DirectorySettings | null } | { readonly problems: readonly string[] } {
  const { LDAP_URL, LDAP_BIND_DN, LDAP_BIND_PASSWORD, LDAP_BASE_DN } = variables
  const given = Object.entries({ LDAP_URL, LDAP_BIND_DN, LDAP_BIND_PASSWORD, LDAP_BASE_DN })
  if (given.every(([, value]) => value === undefined)) return { directory: null }
  const problems = given
    .filter(([, value]) => value === undefined)
    .map(([name]) => `${name} is missing: a directory needs all four LDAP_ variables`)
  const urls = (LDAP_URL ?? '').split(/[\s,]+/).filter((part) => part !== '')
  for (const url of urls) {
    if (isServerUrl(url)) continue
    problems.push(
      `LDAP_URL names "${url}", which is not an address such as ldaps://ldap.restos.example`,
    )
  }
  if (problems.length > 0) return { problems }
  const baseDn = LDAP_BASE_DN ?? ''
  const realm = realmOfBaseDn(baseDn)
  return {
    directory: {
      name: 'environment',
      urls,
      startTls: !urls.every(isLoopbackUrl),
      caPem: null,
      baseDn,
      bindDn: LDAP_BIND_DN ?? '',
      bindPassword: LDAP_BIND_PASSWORD ?? '',
      kind: null,
      realms: realm === null ? [''] : [realm, ''],
      userFilter: null,
      groups: { baseDn: null, from: 'members', nested: true },
      lastGoodMs: LAST_GOOD_MS,
      ntHashAttribute: null,
    },
  }
}

function isServerUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['ldap:', 'ldaps:'].includes(url.protocol)) return false
  return url.hostname !== '' && url.username === '' && /^\/?$/.test(url.pathname)
}
