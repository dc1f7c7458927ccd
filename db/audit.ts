import type postgres from 'postgres'
import type { Kysely } from 'kysely'
import type { WrittenAction } from './audit-actions.ts'
import type { Tables } from './tables.ts'

export interface AuditEntry {
  /** Who did it, see core/actor.ts. */
  readonly actor: string
  readonly action: WrittenAction
  readonly subject: string
  readonly reason: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/** Writes the line, in the caller's transaction where there is one: the deed and its trace stand or fall together. */
export async function writeAudit(kysely: Kysely<Tables>, entry: AuditEntry): Promise<void> {
  await kysely.insertInto('audit.entry').values(entry).execute()
}

/** The same, for what is written without Kysely. */
export async function writeAuditLine(
  sql: postgres.Sql | postgres.TransactionSql,
  entry: AuditEntry,
): Promise<void> {
  const { actor, action, subject, reason, details } = entry
  await sql`
    insert into audit.entry (actor, action, subject, reason, details)
    values (${actor}, ${action}, ${subject}, ${reason}, ${JSON.stringify(details)}::text::jsonb)`
}
