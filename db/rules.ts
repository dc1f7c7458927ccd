import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'
import type { RowsQuery } from './sum-of-rows.ts'

/** What an administrator decided about a name and all names below it. */
export interface Rule {
  readonly action: 'block' | 'allow'
  /** Lower case, ASCII, no trailing dot. */
  readonly domain: string
  /** Null: both networks. */
  readonly network: NetworkKind | null
  readonly site: string | null
  readonly association: string | null
  /** Milliseconds since the epoch, from when on it is as if it were not there; null: no end. */
  readonly until: number | null
  readonly note: string | null
}

export const ruleRows: RowsQuery<Omit<Rule, 'until'> & { readonly until: Date | null }> = ({
  sql,
}) => sql`
    select action, domain, network, site, association, until, note from house.rule order by id`

export async function loadRules(database: Pick<Database, 'sql'>): Promise<readonly Rule[]> {
  const rows = await ruleRows(database)
  return rows.map((row) => ({ ...row, until: row.until?.getTime() ?? null }))
}
