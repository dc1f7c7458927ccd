import type postgres from 'postgres'
import { reachedEntries } from './reached-entries.ts'

/** A line of the audit: a change or a look. */
export interface AuditLine {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly reason: string | null
  readonly association: string | null
  readonly details: postgres.JSONValue
}

export interface AuditFilter {
  readonly actor: string | null
  /** `rule.change`, or `rule` for all that begin so. */
  readonly action: string | null
  readonly subject: string | null
}

/** Newest first. The look is a line too, once for all its pages. */
export async function listAuditLines(
  sql: postgres.TransactionSql,
  { actor, action, subject }: AuditFilter,
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<readonly AuditLine[]> {
  const wanted = sql`
    (${actor}::text is null or e.actor = ${actor})
      and (${action}::text is null or e.action = ${action} or starts_with(e.action, ${action} || '.'))
      and (${subject}::text is null or e.subject = ${subject})
      and (${before}::bigint is null or e.id < ${before}::bigint)`
  return sql<AuditLine[]>`
    select e.id::text, e.at, e.actor, e.action, e.subject, e.reason, e.association, e.details
    from ${reachedEntries(sql, wanted, rows)} e order by e.id desc limit ${rows}`
}

export async function recordLook(
  sql: postgres.TransactionSql,
  {
    actor,
    filter,
    reason,
  }: {
    readonly actor: string
    readonly filter: AuditFilter
    readonly reason: string | null
  },
): Promise<void> {
  await sql`
    insert into audit.entry (actor, action, subject, reason, details)
    values (${actor}, 'audit.read', 'audit.entry', ${reason}, ${sql.json({ ...filter })})`
}

/** What somebody did that is no change of a thing with a history. */
export async function recordLine(
  sql: postgres.TransactionSql,
  line: Omit<AuditLine, 'id' | 'at'>,
): Promise<void> {
  const { actor, action, subject, reason, association, details } = line
  await sql`
    insert into audit.entry (actor, action, subject, reason, association, details)
    values (${actor}, ${action}, ${subject}, ${reason}, ${association}, ${sql.json(details)})`
}
