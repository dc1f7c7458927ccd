import type postgres from 'postgres'
import type { WrittenAction } from '../audit-actions.ts'
import { reachedEntries } from './reached-entries.ts'

/** A row as it was or is: what the audit keeps of a change, and what undoes it. */
export type Snapshot = Readonly<Record<string, postgres.JSONValue>>

/** One thing of the house that was made, changed or removed. */
export interface RecordedChange {
  readonly actor: string
  readonly action: WrittenAction
  /** `rule example.org guest`, as in the difference that `apply` prints. */
  readonly subject: string
  readonly reason: string | null
  /** Null: of the whole house. */
  readonly association: string | null
  /** Null: it was not there. */
  readonly before: Snapshot | null
  readonly after: Snapshot | null
}

/** A line of a thing's history, newest first. */
export interface HistoryLine extends RecordedChange {
  readonly id: string
  readonly at: Date
}

/** In the transaction that makes it: the change and its trace stand or fall together. */
export async function recordChange(
  sql: postgres.TransactionSql,
  { actor, action, subject, reason, association, before, after }: RecordedChange,
): Promise<void> {
  await sql`
    insert into audit.entry (actor, action, subject, reason, association, details)
    values (${actor}, ${action}, ${subject}, ${reason}, ${association},
            ${sql.json({ before, after })})`
}

/** Of what kind of thing; the first word of a subject. */
export type ChangedKind = 'rule' | 'site' | 'network' | 'gateway' | 'role' | 'terms' | 'list'

/** What stands before the host of an address. */
const PASSWORD = /\/\/[^/@\s]*@/g

/** As an address is shown: who sees a change does not see what its source asks for. */
export function withoutPassword(text: string): string {
  return text.replaceAll(PASSWORD, '//…@')
}

/** What was changed, newest first, as far as the transaction reaches; `subject` null: of all of that kind. */
export async function listChanges(
  sql: postgres.TransactionSql,
  { kind, subject }: { readonly kind: ChangedKind; readonly subject: string | null },
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<readonly HistoryLine[]> {
  const wanted = sql`
    e.details -> 'before' is not null and starts_with(e.subject, ${`${kind} `})
      and (${subject}::text is null or e.subject = ${subject})
      and (${before}::bigint is null or e.id < ${before}::bigint)`
  return sql<HistoryLine[]>`
    select e.id::text, e.at, e.actor, e.action, e.subject, e.reason, e.association,
           e.details->'before' as before, e.details->'after' as after
    from ${reachedEntries(sql, wanted, rows)} e order by e.id desc limit ${rows}`
}

/** What was changed of a place and what it has, newest first; `gateways`: of those too, also of gone ones. */
export async function placeChanges(
  sql: postgres.TransactionSql,
  { site, gateways }: { readonly site: string; readonly gateways: boolean },
  rows: number,
): Promise<readonly HistoryLine[]> {
  const own = [`site ${site}`, `network ${site} guest`, `network ${site} staff`]
  const ofGateways = sql`
    union all
    (select id from audit.entry
     where details ? 'before' and starts_with(subject, 'gateway ')
       and coalesce(details->'after'->>'site', details->'before'->>'site') = ${site}
     order by audit.entry.id desc limit ${rows})`
  return sql<HistoryLine[]>`
    with found as (
      (select id from audit.entry where details ? 'before' and subject = any(${own}::text[])
       order by audit.entry.id desc limit ${rows})
      ${gateways ? ofGateways : sql``}
    )
    select id::text, at, actor, action, subject, reason, association,
           details->'before' as before, details->'after' as after
    from audit.entry where id in (select id from found)
    order by audit.entry.id desc limit ${rows}`
}

export async function findChange(
  sql: postgres.TransactionSql,
  id: string,
): Promise<HistoryLine | null> {
  const [line] = await sql<HistoryLine[]>`
    select id::text, at, actor, action, subject, reason, association,
           details->'before' as before, details->'after' as after
    from audit.entry where id = ${id} and details ? 'before'`
  return line ?? null
}
