import { applyGrants, makeRoles } from './apply-roles.ts'
import type { Database } from './connection.ts'
import { makePartitions } from './partitions.ts'
import { refuseOldServer } from './standing.ts'
import type { Standing } from './standing.ts'

/**
 * What `migrate` does, at each start of a login that owns the database. Nearly always there is no step to take: then
 * neither the steps nor what takes them is loaded, which would be 9 MiB of a small process.
 */
export async function bringUp(
  database: Database,
  { pending, newer }: Standing,
  now: number,
): Promise<void> {
  if (pending.length > 0) {
    const { migrate } = await import('./migrate.ts')
    await migrate(database, now)
  } else if (newer.length === 0) {
    await refuseOldServer(database)
    await makeRoles(database)
    await makePartitions(database, now)
    await applyGrants(database)
  }
}
