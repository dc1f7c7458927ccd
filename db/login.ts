import type { Database } from './connection.ts'
import { DATABASE_ROLES, roleName } from './roles.ts'
import type { DatabaseRole } from './roles.ts'

/** The login's name, or that of the role it has taken on. */
export async function whoAmI({ sql }: Database): Promise<string> {
  const [row] = await sql<{ login: string }[]>`select current_user as login`
  return row?.login ?? ''
}

/** Whether this login has the rights of who made the house, or could make it where there is none yet. */
export async function ownsHouse({ sql }: Database): Promise<boolean> {
  const [row] = await sql<{ owns: boolean }[]>`
    select coalesce(
      (select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = 'house'),
      has_database_privilege(current_database(), 'CREATE')) as owns`
  return row?.owns ?? false
}

export async function mayActAs({ sql }: Database, role: DatabaseRole): Promise<boolean> {
  const [row] = await sql<{ may: boolean }[]>`
    select pg_has_role(oid, 'MEMBER') as may from pg_roles where rolname = ${roleName(role)}`
  return row?.may ?? false
}

/** What this login can do beyond a single role, in words; null when that is all. */
export async function powerOf(database: Database): Promise<string | null> {
  const [row] = await database.sql<{ superuser: boolean; login: string }[]>`
    select rolsuper as superuser, rolname as login from pg_roles where rolname = current_user`
  const login = `"${row?.login ?? ''}"`
  if (row?.superuser === true) return `${login} is a superuser`
  if (await ownsHouse(database)) return `${login} owns the database`
  const roles: string[] = []
  for (const role of DATABASE_ROLES) if (await mayActAs(database, role)) roles.push(roleName(role))
  // What serves the administration's pages takes that on for a transaction, and looks into the log.
  const ofPortal = new Set((['portal', 'admin', 'operator'] as const).map(roleName))
  const isPortal = roles.includes(roleName('portal')) && roles.every((name) => ofPortal.has(name))
  // And what runs the jobs, for the one that makes places.
  const ofJobs = new Set((['jobs', 'inventory'] as const).map(roleName))
  const isJobs = roles.every((name) => ofJobs.has(name))
  return roles.length > 1 && !isPortal && !isJobs ? `${login} may act as ${roles.join(', ')}` : null
}
