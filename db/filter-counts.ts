import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** Names asked for; nothing of which, or by whom. */
export interface FilterCount {
  /** Null: no known place. */
  readonly site: string | null
  readonly network: NetworkKind
  /** Of what blocked them; null: let through. */
  readonly category: string | null
  readonly queries: number
  /** Let through although a list of the category names what was asked for; also in those of null. */
  readonly passed: number
}

/** As long as the administrators compare a month with the one a year before. */
const KEPT = '400 days'

/**
 * Adds to what was counted in this hour, by the database's clock. In one order, so that two processes that
 * write at once wait for each other and never in a circle.
 */
export async function addFilterCounts(
  { sql }: Pick<Database, 'sql'>,
  counts: readonly FilterCount[],
): Promise<void> {
  if (counts.length === 0) return
  await sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    select date_trunc('hour', now()), c.site, c.network, c.category, c.queries, c.passed
    from jsonb_to_recordset(${sql.json(counts.map((count) => ({ ...count })))})
      as c (site text, network text, category text, queries bigint, passed bigint)
    order by c.site, c.network, c.category
    on conflict (hour, site, network, category)
    do update set queries = filter_count.queries + excluded.queries,
                  passed = filter_count.passed + excluded.passed`
}

export async function removeOldFilterCounts({ sql }: Pick<Database, 'sql'>): Promise<number> {
  const gone = await sql`delete from house.filter_count where hour < now() - ${KEPT}::interval`
  return gone.count
}
