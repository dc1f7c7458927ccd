import type { Database } from './connection.ts'

/** A certificate authority whose certificates devices may log in with. */
export interface DeviceCa {
  readonly name: string
  /** The certificate that signs them first; those above it may follow. */
  readonly chainPem: string
  readonly nameFrom: 'cn' | 'email' | 'dns' | 'upn'
  readonly names: 'account' | 'device'
  /** Of its devices, where they have a name of their own. */
  readonly groups: readonly string[]
  /** What its devices are; null where nobody said. */
  readonly device: string | null
  /** Upper-case hexadecimal digits, without zeros in front. */
  readonly revoked: ReadonlySet<string>
}

export async function loadDeviceCas(
  database: Pick<Database, 'kysely'>,
): Promise<readonly DeviceCa[]> {
  const rows = await database.kysely
    .selectFrom('staff.device_ca')
    .select(['name', 'chain_pem as chainPem', 'name_from as nameFrom', 'names', 'groups', 'device'])
    .orderBy('name')
    .execute()
  const revoked = new Map<string, Set<string>>(rows.map(({ name }) => [name, new Set()]))
  const serials = await database.kysely
    .selectFrom('staff.revoked_certificate')
    .select(['device_ca', 'serial'])
    .execute()
  for (const { device_ca, serial } of serials) revoked.get(device_ca)?.add(serial)
  return rows.map((row) => ({ ...row, revoked: revoked.get(row.name) ?? new Set() }))
}
