import type postgres from 'postgres'
import type { Action } from '#core/rights.ts'
import { findChange, recordChange } from './changes.ts'
import type { HistoryLine, Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** How a kind of thing is found again by what the audit kept of it. */
interface Kind {
  readonly table: string
  readonly action: Action
  /** By these columns a thing is the same thing. */
  readonly key: readonly string[]
  /** What a change may have changed, and undo brings back. */
  readonly columns: readonly string[]
  /** False: it is not taken away again once it was made, for other things stand on it. */
  readonly removes: boolean
}

const KINDS = {
  rule: {
    ...{ table: 'house.rule', action: 'rules.write', removes: true },
    key: ['domain', 'network', 'site', 'association'],
    columns: ['action', 'until', 'note', 'declared', 'made_by'],
  },
  site: {
    ...{ table: 'house.site', action: 'sites.write', removes: false },
    key: ['code'],
    columns: ['name', 'association', 'timezone', 'declared'],
  },
} as const satisfies Readonly<Record<string, Kind>>
type KindName = keyof typeof KINDS

/** Whether there is a way back from this change at all. */
export function canBeUndone({ subject, before, after }: HistoryLine): boolean {
  const kind = kindOf(subject)
  return kind !== null && (before !== null || (after !== null && kind.removes))
}

function kindOf(subject: string): Kind | null {
  const [name] = subject.split(' ')
  return name === 'rule' || name === 'site' ? KINDS[name] : null
}

/**
 * Makes a thing as it was before a change, as a new change. Refused when it is not any more as that change
 * left it: what somebody did since is not undone in passing.
 */
export async function undoChange(
  sql: postgres.TransactionSql,
  kindName: KindName,
  id: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<HistoryLine>> {
  const line = await findChange(sql, id)
  const isOfKind = line?.subject.startsWith(`${kindName} `) === true
  if (line === null || !isOfKind || !canBeUndone(line)) return refused('not-found')
  const { subject, before, after, association } = line
  const kind = KINDS[kindName]
  const known = after ?? before
  if (known === null) return refused('not-found')
  const site = kind.table === 'house.site' ? textOf(known, 'code') : textOf(known, 'site')
  if (!rights.can(kind.action, { association, site })) return refused('not-yours')
  const present = await lockPresent(sql, kind, known)
  if (!isAs(present, after)) return refused('changed-since')
  await write(sql, kind, present, before, known)
  await recordChange(sql, {
    ...{ actor, action: `${kindName}.undo`, subject, association },
    ...{ reason, before: present, after: before === null ? null : { ...present, ...before } },
  })
  return done(line)
}

function textOf(row: Snapshot, column: string): string | null {
  const value = row[column]
  return typeof value === 'string' ? value : null
}

async function lockPresent(
  sql: postgres.TransactionSql,
  { table, key }: Kind,
  known: Snapshot,
): Promise<Snapshot | null> {
  const [row] = await sql<{ snapshot: Snapshot }[]>`
    select to_jsonb(t) - 'id' as snapshot from ${sql(table)} t where ${isThat(sql, key, known)}
    for update`
  return row?.snapshot ?? null
}

function isThat(sql: postgres.TransactionSql, key: readonly string[], row: Snapshot) {
  return key.reduce(
    (so, column) => sql`${so} and t.${sql(column)} is not distinct from ${textOf(row, column)}`,
    sql`true`,
  )
}

/** Of what the change kept: a column that came later says nothing about it. */
function isAs(present: Snapshot | null, after: Snapshot | null): boolean {
  if (present === null || after === null) return present === after
  return Object.entries(after).every(
    ([column, value]) => JSON.stringify(present[column] ?? null) === JSON.stringify(value),
  )
}

async function write(
  sql: postgres.TransactionSql,
  { table, key, columns }: Kind,
  present: Snapshot | null,
  before: Snapshot | null,
  known: Snapshot,
): Promise<void> {
  if (before === null) {
    await sql`delete from ${sql(table)} t where ${isThat(sql, key, known)}`
    return
  }
  const kept = columns.filter((column) => before[column] !== undefined)
  if (present === null) {
    const made = [...key, ...kept]
    await sql`
      insert into ${sql(table)} ${sql(Object.fromEntries(made.map((c) => [c, scalar(before[c])])), made)}`
    return
  }
  const values = Object.fromEntries(kept.map((column) => [column, scalar(before[column])]))
  await sql`update ${sql(table)} t set ${sql(values, kept)} where ${isThat(sql, key, known)}`
}

function scalar(value: postgres.JSONValue | undefined): string | boolean | number | null {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? value
    : null
}
