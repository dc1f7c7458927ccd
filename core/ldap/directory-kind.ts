import type { LdapConnection } from './connection.ts'
import type { DirectoryKind } from './directory-settings.ts'
import type { LdapOutcome } from './fault.ts'

/** LDAP_CAP_ACTIVE_DIRECTORY_OID, among the supportedCapabilities of the root entry. */
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800'

export interface KindOfDirectory {
  /** Null until the directory was asked. */
  readonly known: DirectoryKind | null
  ask(connection: LdapConnection): Promise<LdapOutcome<DirectoryKind>>
}

/** The kind that was declared, or what the directory says of itself, asked once. */
export function createKindOfDirectory(declared: DirectoryKind | null): KindOfDirectory {
  let known = declared
  return {
    get known() {
      return known
    },
    async ask(connection) {
      const root = await connection.search({
        base: '',
        scope: 'base',
        filter: '(objectClass=*)',
        attributes: ['supportedCapabilities'],
        most: 1,
      })
      if (!root.ok) return root
      const capabilities = root.value[0]?.attributes.get('supportedcapabilities') ?? []
      known = capabilities.includes(ACTIVE_DIRECTORY) ? 'active-directory' : 'openldap'
      return { ok: true, value: known }
    },
  }
}
