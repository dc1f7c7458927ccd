import type postgres from 'postgres'
import { recordLine } from './audit-lines.ts'
import type { Doer } from './rules.ts'

/** A table of places that was uploaded, and how far it is. */
export interface SiteImport {
  readonly id: string
  readonly file: string
  readonly madeAt: Date
  readonly madeBy: string
  /** Null: the jobs have not looked at it yet. */
  readonly readAt: Date | null
  readonly places: number | null
  readonly problems: readonly string[] | null
  readonly problemCount: number | null
  readonly changes: readonly string[] | null
  readonly changeCount: number | null
  readonly notes: readonly string[] | null
  /** Of the difference: what is accepted is what was read. */
  readonly changesId: string | null
  readonly acceptedBy: string | null
  readonly doneAt: Date | null
}

type Sql = postgres.TransactionSql

export async function findSiteImport(sql: Sql): Promise<SiteImport | null> {
  const [row] = await sql<SiteImport[]>`
    select id, file, made_at as "madeAt", made_by as "madeBy", read_at as "readAt", places, problems,
           problem_count as "problemCount", changes, change_count as "changeCount", notes,
           changes_sha256 as "changesId", accepted_by as "acceptedBy", done_at as "doneAt"
    from house.site_import`
  return row ?? null
}

/** Takes the place of the one before; false while that is accepted and being carried out. */
export async function uploadSites(
  sql: Sql,
  { file, content }: { readonly file: string; readonly content: readonly string[] },
  { actor, reason }: Doer,
): Promise<boolean> {
  await sql`
    delete from house.site_import where accepted_by is null or done_at is not null`
  const made = await sql`
    insert into house.site_import (file, content, made_by) values (${file}, ${[...content]}, ${actor})
    on conflict do nothing`
  if (made.count === 0) return false
  await note(sql, 'sites.upload', file, { actor, reason })
  return true
}

/** False: that is not what waits, or not any more. */
export async function acceptSites(
  sql: Sql,
  { id, changesId }: { readonly id: string; readonly changesId: string },
  { actor, reason }: Doer,
): Promise<boolean> {
  const [row] = await sql<{ file: string }[]>`
    update house.site_import
    set accepted_sha256 = changes_sha256, accepted_by = ${actor}, reason = ${reason}
    where id = ${id} and changes_sha256 = ${changesId} and change_count > 0 and accepted_by is null
      and done_at is null
    returning file`
  if (row === undefined) return false
  await note(sql, 'sites.accept', row.file, { actor, reason })
  return true
}

/** False: that is not what waits, or not any more. */
export async function dropSites(sql: Sql, id: string, { actor, reason }: Doer): Promise<boolean> {
  const [row] = await sql<{ file: string }[]>`
    delete from house.site_import where id = ${id} and accepted_by is null returning file`
  if (row === undefined) return false
  await note(sql, 'sites.drop', row.file, { actor, reason })
  return true
}

function note(
  sql: Sql,
  action: 'sites.upload' | 'sites.accept' | 'sites.drop',
  file: string,
  { actor, reason }: Pick<Doer, 'actor' | 'reason'>,
): Promise<void> {
  return recordLine(sql, {
    ...{ actor, action, subject: file, reason, association: null, details: {} },
  })
}
