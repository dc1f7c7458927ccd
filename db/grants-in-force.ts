import type postgres from 'postgres'
import { DATABASE_ROLES, GRANTS, roleName } from './roles.ts'

/** Something on which rights can be granted, by the name it has in db/roles.ts. */
export interface GrantObject {
  readonly name: string
  /** As GRANT wants it: `table house.site`. */
  readonly target: string
}

interface Held {
  readonly name: string
  /** A role's name, or PUBLIC. */
  readonly holder: string
  /** `SELECT`, or `SELECT (mac)` for one column. */
  readonly right: string
}

const PUBLIC = 'PUBLIC'
const HOLDERS = [PUBLIC, ...DATABASE_ROLES.map(roleName)]
const SCHEMAS = Object.keys(GRANTS).filter((name) => !name.includes('.'))

/** What brings the rights in this database to those that db/roles.ts lists; none when they are that. */
export async function grantStatements(sql: postgres.TransactionSql): Promise<readonly string[]> {
  const objects = await grantObjects(sql)
  const held = Map.groupBy(await heldRights(sql), ({ name, holder }) => `${name} ${holder}`)
  return objects.flatMap(({ name, target }) =>
    HOLDERS.flatMap((holder) => {
      const wanted = wantedRights(name, holder)
      const found = (held.get(`${name} ${holder}`) ?? []).map(({ right }) => right)
      if (wanted.toSorted().join() === found.toSorted().join()) return []
      // All at once: to revoke a right on a table takes that right on its columns too.
      const revoke = `revoke all on ${target} from ${holder}`
      if (wanted.length === 0) return [revoke]
      return [revoke, `grant ${wanted.join(', ')} on ${target} to ${holder}`]
    }),
  )
}

function wantedRights(name: string, holder: string): readonly string[] {
  const role = DATABASE_ROLES.find((role) => roleName(role) === holder)
  const rights = role === undefined ? '' : (GRANTS[name]?.[role] ?? '')
  return [...rights.matchAll(/(\w+)(?: \(([^)]*)\))?/g)].flatMap(([, right = '', columns]) =>
    columns === undefined
      ? [right.toUpperCase()]
      : columns.split(', ').map((column) => `${right.toUpperCase()} (${column})`),
  )
}

/** Every schema, table, view, sequence and function of ours; an identity column's sequence is part of its table. */
export function grantObjects(sql: postgres.ISql): Promise<readonly GrantObject[]> {
  return sql<GrantObject[]>`
    select nspname as name, format('schema %I', nspname) as target
    from pg_namespace where nspname = any(${SCHEMAS})
    union all
    select n.nspname || '.' || c.relname,
           format('%s %I.%I', case c.relkind when 'S' then 'sequence' else 'table' end,
                  n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and (n.nspname = any(${SCHEMAS}) or n.nspname || '.' || c.relname = any(${Object.keys(GRANTS)}))
      and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
                        and c.relkind = 'S')
    union all
    select n.nspname || '.' || p.proname || '()', 'routine ' || p.oid::regprocedure
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any(${SCHEMAS})
    order by name`
}

/** What PUBLIC and the roles have there now, apart from what an owner has. */
function heldRights(sql: postgres.ISql): Promise<readonly Held[]> {
  return sql<Held[]>`
    select name, coalesce(r.rolname, ${PUBLIC}) as holder,
           a.privilege_type || coalesce(' (' || column_name || ')', '') as right
    from (
      select nspname::text as name, null as column_name, nspowner as owner,
             coalesce(nspacl, acldefault('n', nspowner)) as acl
      from pg_namespace
      union all
      select n.nspname || '.' || c.relname, null, c.relowner,
             coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      union all
      select n.nspname || '.' || c.relname, t.attname, c.relowner, t.attacl
      from pg_attribute t
      join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace
      where t.attacl is not null
      union all
      select n.nspname || '.' || p.proname || '()', null, p.proowner,
             coalesce(p.proacl, acldefault('f', p.proowner))
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    ) o
    cross join lateral aclexplode(o.acl) a
    left join pg_roles r on r.oid = a.grantee
    where a.grantee <> o.owner and coalesce(r.rolname, ${PUBLIC}) = any(${HOLDERS})
      and (split_part(name, '.', 1) = any(${SCHEMAS}) or name = any(${Object.keys(GRANTS)}))`
}
