import type postgres from 'postgres'
import { AppError, codeOf } from '#core/error.ts'
import type { Database } from './connection.ts'
import { grantStatements } from './grants-in-force.ts'
import { DATABASE_ROLES, OWNED_BY_JOBS, roleName } from './roles.ts'

const ROLE_NAMES = DATABASE_ROLES.map(roleName)

/**
 * Makes the roles that are not there, and gives this login the right to act as each: it hands tables over
 * to them, and starts parts that take them on. Any number may do it at once: the cluster has one list of
 * roles, for all its databases.
 */
export async function makeRoles({ sql }: Database): Promise<void> {
  const there = await sql<{ name: string }[]>`
    select rolname as name from pg_roles where rolname = any(${ROLE_NAMES})`
  const missing = ROLE_NAMES.filter((name) => !there.some((role) => role.name === name))
  for (const name of missing) await tried(sql.unsafe(`create role ${name} nologin`))
  for (const { name, option } of await notMine(sql)) {
    await tried(sql.unsafe(`grant ${name} to current_user ${option}`))
  }
  const withheld = (await notMine(sql)).map(({ name }) => name)
  if (withheld.length > 0) throw await explanation(sql, missing, withheld)
}

/** Refused, or somebody else was faster: what counts is how it stands afterwards. */
async function tried(statement: Promise<unknown>): Promise<void> {
  try {
    await statement
  } catch (thrown) {
    const code = codeOf(thrown)
    // Refused, hence missing; there already, committed or about to be; the same membership granted by two.
    if (!['42501', '42704', '42710', '23505', 'XX000'].includes(String(code))) throw thrown
  }
}

/** The roles that this login cannot take on or has no rights of. A superuser can and has. */
function notMine(sql: postgres.Sql): Promise<readonly { name: string; option: string }[]> {
  return sql<{ name: string; option: string }[]>`
    select wanted.name, case when can_withhold then 'with inherit true, set true' else '' end as option
    from unnest(${ROLE_NAMES}::text[]) as wanted(name)
    left join pg_roles r on r.rolname = wanted.name
    -- Since 16 a member may have the one without the other.
    cross join lateral (select current_setting('server_version_num')::int >= 160000 as can_withhold) v
    where r.oid is null or not (
      pg_has_role(r.oid, 'USAGE')
      and pg_has_role(r.oid, case when can_withhold then 'SET' else 'MEMBER' end))`
}

async function explanation(
  sql: postgres.Sql,
  missing: readonly string[],
  withheld: readonly string[],
): Promise<AppError> {
  const [row] = await sql<{ login: string; there: string[] }[]>`
    select quote_ident(current_user) as login,
           array(select rolname::text from pg_roles where rolname = any(${ROLE_NAMES})) as there`
  const { login = '', there = [] } = row ?? {}
  const create = missing.filter((name) => !there.includes(name))
  const statements = [
    ...create.map((name) => `create role ${name} nologin;`),
    `grant ${withheld.join(', ')} to ${login};`,
  ]
  return new AppError(
    'roles',
    `the login ${login} may not make the roles that the parts of this program run as; let a superuser of this Postgres run, once: ${statements.join(' ')}`,
  )
}

/** Brings what the roles own and may do to what db/roles.ts says. Twice is once. */
export async function applyGrants({ sql }: Database): Promise<void> {
  await sql.begin(async (sql) => {
    // Of two that grant on one object at the same time, one would fail.
    await sql`select pg_advisory_xact_lock(hashtextextended('grants', 0))`
    for (const statement of await grantStatements(sql)) await sql.unsafe(statement)
  })
  await giveToJobs(sql)
}

/** One by one: a year of days in one transaction would be more locks than a server has room for. */
async function giveToJobs(sql: postgres.Sql): Promise<void> {
  const jobs = roleName('jobs')
  const days = `^(${OWNED_BY_JOBS.join('|').replaceAll('.', '\\.')})(_\\d{4}_\\d{2}_\\d{2})?$`
  const others = await sql<{ target: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as target
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname ~ ${days}
      and pg_get_userbyid(c.relowner) <> ${jobs}`
  for (const { target } of others) {
    await sql.unsafe(`alter table if exists ${target} owner to ${jobs}`)
  }
}
