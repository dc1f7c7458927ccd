import { isIPv4 } from 'node:net'

export type DirectoryKind = 'openldap' | 'active-directory'

export interface GroupSettings {
  /** Null: the directory's own base. */
  readonly baseDn: string | null
  /** Where a person's groups are found: by the groups' members, or in an attribute of the person. */
  readonly from: 'members' | 'memberOf'
  /** Groups of groups too. */
  readonly nested: boolean
}

export interface DirectorySettings {
  readonly name: string
  /** `ldaps://host:port` or `ldap://host:port`; asked in this order. */
  readonly urls: readonly string[]
  /** For `ldap://`: nothing is said before TLS. */
  readonly startTls: boolean
  /** The only authorities that its servers are believed from; null: those of this machine. */
  readonly caPem: string | null
  readonly baseDn: string
  readonly bindDn: string
  readonly bindPassword: string
  /** Null: the directory says itself what it is. */
  readonly kind: DirectoryKind | null
  /** Lower case; empty is for names without a realm. */
  readonly realms: readonly string[]
  /** With `{user}` and `{login}`; null: that of the kind. */
  readonly userFilter: string | null
  readonly groups: GroupSettings
  /** How long somebody who came in may come in again while no server answers; 0: not at all. */
  readonly lastGoodMs: number
  /** The attribute with the NT hash in hex; null: it is not read. */
  readonly ntHashAttribute: string | null
}

/** A server that is this machine: what is said to it crosses no network. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url)
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    (isIPv4(hostname) && hostname.startsWith('127.'))
  )
}

/** `restos.example` for `ou=people,dc=restos,dc=example`; null without a dc. */
export function realmOfBaseDn(baseDn: string): string | null {
  const labels = Array.from(baseDn.matchAll(/(?:^|,)\s*dc=([^,+\\]+)/gi), ([, label = '']) =>
    label.trim().toLowerCase(),
  )
  return labels.length === 0 ? null : labels.join('.')
}
