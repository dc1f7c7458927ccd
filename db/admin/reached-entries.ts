import type postgres from 'postgres'

/** A piece of a statement: what is asked of a line `e` of the audit. */
type Wanted = postgres.PendingQuery<postgres.Row[]>

/**
 * Stands where a table would: the newest `rows` lines of the audit that this transaction reaches, each association's from
 * its own end of the index. Row-level security alone would read past everybody else's, and how long that takes would
 * say how many those are.
 */
export function reachedEntries(
  sql: postgres.TransactionSql,
  wanted: Wanted,
  rows: number,
): postgres.PendingQuery<postgres.Row[]> {
  // The administration has no right to the links of the chain.
  const columns = sql`e.id, e.at, e.actor, e.action, e.subject, e.reason, e.association, e.details`
  return sql`(
    (select ${columns} from audit.entry e
     where current_setting('accueil.reach', true) = 'everywhere' and ${wanted}
     order by e.id desc limit ${rows})
    union all
    select own.* from (
      select distinct unnest(nullif(current_setting('accueil.associations', true), '')::text[]) as code
      where current_setting('accueil.reach', true) <> 'everywhere'
    ) a cross join lateral (
      select ${columns} from audit.entry e
      where e.association = a.code and ${wanted}
      order by e.id desc limit ${rows}
    ) own
  )`
}
