import { rightsOf, subjectsOf } from '#core/rights.ts'
import type { Rights, Role, RoleGrant, Subject } from '#core/rights.ts'
import type { Database } from './connection.ts'

/** Every grant there is, those that are over too: a few hundred. */
export async function loadRoleGrants({
  sql,
}: Pick<Database, 'sql'>): Promise<readonly RoleGrant[]> {
  return sql<RoleGrant[]>`
    select subject, role, associations, sites, until::text from house.role_grant
    order by subject, role`
}

/** What somebody may do now, as the database has it. */
export async function rightsInForce(
  { sql }: Pick<Database, 'sql'>,
  person: Subject,
  now: number,
): Promise<Rights> {
  const grants = await sql<RoleGrant[]>`
    select subject, role, associations, sites, until::text from house.role_grant
    where subject = any(${[...subjectsOf(person)]})`
  return rightsOf(person, grants, now)
}

/** Whether anybody at all has the role: until somebody has, nothing is decided by it. */
export async function isGranted({ sql }: Pick<Database, 'sql'>, role: Role): Promise<boolean> {
  const [row] = await sql<{ granted: boolean }[]>`
    select exists (select from house.role_grant where role = ${role}
      and (until is null or until >= (now() at time zone 'UTC')::date)) as granted`
  return row?.granted ?? false
}
