import type postgres from 'postgres'

/** Of places somebody names those that this transaction reaches, with their association. */
export async function reachedSites(
  sql: postgres.TransactionSql,
  codes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ code: string; association: string }[]>`
    select code, association from house.site where code = any (${[...codes]}::text[])`
  return new Map(rows.map(({ code, association }) => [code, association]))
}

/** The zone of each place that this transaction reaches. */
export async function reachedZones(
  sql: postgres.TransactionSql,
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ code: string; timezone: string }[]>`
    select code, timezone from house.site`
  return new Map(rows.map(({ code, timezone }) => [code, timezone]))
}
