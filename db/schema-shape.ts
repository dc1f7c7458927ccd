import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What a program may stand on in the database: each thing of ours, in words. */
export interface SchemaShape {
  /** Tables, views, columns with their types, functions with their arguments and results. */
  readonly offers: ReadonlySet<string>
  /** Columns that every writer must give, by table. */
  readonly asks: ReadonlyMap<string, readonly string[]>
}

/** Partitions come and go with the days; they have the columns of their table. */
export async function readShape(db: Kysely<unknown>): Promise<SchemaShape> {
  const { rows } = await sql<{ kind: string; name: string; detail: string; required: boolean }>`
    with ours as (
      select oid, nspname from pg_namespace where nspname in ('house', 'staff', 'guest', 'log', 'audit')
    ), relations as (
      select c.oid, n.nspname || '.' || c.relname as name
      from pg_class c join ours n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    )
    select 'column' as kind, r.name, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) as detail,
           a.attnotnull and not a.atthasdef and a.attidentity = '' as required
    from relations r join pg_attribute a on a.attrelid = r.oid
    where a.attnum > 0 and not a.attisdropped
    union all
    select 'function', n.nspname || '.' || p.proname,
           format('(%s) %s', pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid)), false
    from pg_proc p join ours n on n.oid = p.pronamespace
    -- Triggers call theirs by number.
    where p.prorettype <> 'trigger'::regtype`.execute(db)
  const asks = Map.groupBy(
    rows.filter(({ required }) => required),
    ({ name }) => name,
  )
  return {
    offers: new Set(
      rows.map(({ kind, name, detail }) => `the ${kind} ${nameOf(kind, name, detail)}`),
    ),
    asks: new Map(
      [...asks].map(([table, columns]) => [
        table,
        columns.map(({ detail }) => detail.split(' ')[0] ?? ''),
      ]),
    ),
  }
}

function nameOf(kind: string, name: string, detail: string): string {
  return kind === 'column' ? `${name}.${detail}` : `${name}${detail}`
}

/** What a program that was written for `before` misses in `after`, in words; none: it goes on. */
export function missedBy(before: SchemaShape, after: SchemaShape): readonly string[] {
  const gone = [...before.offers].filter((one) => !after.offers.has(one))
  const asked = [...after.asks].flatMap(([table, columns]) => {
    const asBefore = before.asks.get(table) ?? []
    const isThere = [...before.offers].some((one) => one.startsWith(`the column ${table}.`))
    return columns.flatMap((column) =>
      // A column that was there and became required is asked of an older writer as well.
      isThere && !asBefore.includes(column) ? [`${table}.${column} must be given`] : [],
    )
  })
  return [...gone.map((one) => `${one} is gone`), ...asked]
}
