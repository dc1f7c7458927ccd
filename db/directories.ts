import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

/** The directories that are declared, ready to be asked. */
export async function loadDirectories(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<readonly DirectorySettings[]> {
  const rows = await database.kysely
    .selectFrom('staff.directory')
    .selectAll()
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    name: row.name,
    urls: row.urls,
    startTls: row.start_tls,
    caPem: row.ca_pem,
    baseDn: row.base_dn,
    bindDn: row.bind_dn,
    bindPassword: openSecret(seal, row.bind_password, `directory:${row.name}`),
    kind: row.kind,
    realms: row.realms,
    userFilter: row.user_filter,
    groups: { baseDn: row.groups_base_dn, from: row.groups_from, nested: row.groups_nested },
    lastGoodMs: row.last_good_seconds * 1000,
    ntHashAttribute: row.nt_hash_attribute,
  }))
}
