import type postgres from 'postgres'
import type { Action, Rights, RoleGrant } from '#core/rights.ts'
import { findChange, recordChange } from './changes.ts'
import type { HistoryLine, Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import { keptRules } from './kept-rules.ts'
import { gatewayCanBeUndone, undoGateway } from './gateway-undo.ts'
import { mayGive, withinOf } from './role-changes.ts'
import type { Doer } from './rules.ts'
import { undoTerms } from './term-changes.ts'
import { listCanBeUndone, undoList } from './lists.ts'
import type { NetworkKind } from '../sites.ts'
import { isUsed } from './networks.ts'

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
  /** Why one that was made cannot be taken away again. */
  readonly whyKept?: (sql: postgres.TransactionSql, row: Snapshot) => Promise<Refusal | null>
  /** True: whoever makes it again by undoing is who gave it. */
  readonly isGivenBy?: boolean
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
    columns: ['name', 'association', 'timezone', 'postal_address', 'declared'],
  },
  network: {
    ...{ table: 'house.network', action: 'sites.write', removes: true },
    key: ['site', 'kind'],
    columns: [
      ...['vlan', 'grant_seconds', 'subnets', 'ssid'],
      ...['nat_address', 'nat_first_port', 'nat_last_port', 'nat_ports_each'],
      ...['captive_ssid', 'captive_gateways', 'captive_vlan'],
      ...['captive_grant_seconds', 'captive_random_mac_seconds'],
    ],
    whyKept: async (sql, row) => {
      const kind: NetworkKind = row['kind'] === 'staff' ? 'staff' : 'guest'
      return (await isUsed(sql, { site: textOf(row, 'site') ?? '', kind })) ? 'network-used' : null
    },
  },
  role: {
    ...{ table: 'house.role_grant', action: 'roles.write', removes: true, isGivenBy: true },
    key: ['subject', 'role', 'associations', 'sites'],
    columns: ['until', 'declared'],
  },
} as const satisfies Readonly<Record<string, Kind>>
/** What is more than a row that is as it was before. */
const OWN_WAYS = { terms: undoTerms, list: undoList, gateway: undoGateway } as const

export type UndoneKind = keyof typeof KINDS | 'gateway' | 'terms' | 'list'

/** Whether there is a way back from this change at all. */
export function canBeUndone(line: HistoryLine): boolean {
  const { subject, before, after } = line
  if (subject.startsWith('list ')) return listCanBeUndone(line)
  if (subject.startsWith('gateway ')) return gatewayCanBeUndone(line)
  if (subject.startsWith('terms ')) return before !== null || after !== null
  const kind = kindOf(subject)
  const known = after ?? before
  // Lines of older versions do not say which thing it is.
  if (kind === null || known === null || !kind.key.every((column) => column in known)) return false
  return before !== null || kind.removes
}

function kindOf(subject: string): Kind | null {
  const [name = ''] = subject.split(' ')
  return Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : null
}

/**
 * Makes a thing as it was before a change, as a new change. Refused when it is not any more as that change
 * left it: what somebody did since is not undone in passing.
 */
export async function undoChange(
  sql: postgres.TransactionSql,
  kindName: UndoneKind,
  id: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<HistoryLine>> {
  const line = await findChange(sql, id)
  const isOfKind = line?.subject.startsWith(`${kindName} `) === true
  if (line === null || !isOfKind) return refused('not-found')
  if (!canBeUndone(line)) {
    return refused(kindName === 'gateway' && line.after === null ? 'secret-gone' : 'not-found')
  }
  const { subject, before, after, association } = line
  if (kindName === 'terms' || kindName === 'list' || kindName === 'gateway') {
    const undone = await OWN_WAYS[kindName](sql, line, { actor, rights, reason })
    return undone.ok ? done(line) : undone
  }
  const kind: Kind = KINDS[kindName]
  const known = after ?? before
  if (known === null) return refused('not-found')
  if (!(await mayUndo(sql, kind, rights, { known, association }))) return refused('not-yours')
  return keptRules(sql, async (sql) => {
    const present = await lockPresent(sql, kind, known)
    if (!isAs(present, after)) return refused('changed-since')
    const kept = before === null ? await kind.whyKept?.(sql, known) : null
    if (kept !== null && kept !== undefined) return refused(kept)
    await write(sql, kind, { present, before, known, actor })
    await recordChange(sql, {
      ...{ actor, action: `${kindName}.undo`, subject, association },
      ...{ reason, before: present, after: before === null ? null : { ...present, ...before } },
    })
    return done(line)
  })
}

async function mayUndo(
  sql: postgres.TransactionSql,
  { table, action }: Kind,
  rights: Rights,
  { known, association }: { readonly known: Snapshot; readonly association: string | null },
): Promise<boolean> {
  if (table !== 'house.role_grant') {
    if (table === 'house.site') {
      return rights.can(action, { association, site: textOf(known, 'code') })
    }
    const site = textOf(known, 'site')
    if (site === null) return rights.can(action, { association, site })
    // Its place may have moved to another association since.
    const [place] = await sql<{ association: string }[]>`
      select association from house.site where code = ${site}`
    return place !== undefined && rights.can(action, { association: place.association, site })
  }
  // What the audit kept was a row of that table.
  const role = known as unknown as RoleGrant
  const within = await withinOf(sql, role)
  return mayGive(rights, role, typeof within === 'string' ? { association: null, all: [] } : within)
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
    (so, column) => sql`${so} and t.${sql(column)} is not distinct from ${stored(row[column])}`,
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
  { table, key, columns, isGivenBy }: Kind,
  {
    present,
    before,
    known,
    actor,
  }: {
    readonly present: Snapshot | null
    readonly before: Snapshot | null
    readonly known: Snapshot
    readonly actor: string
  },
): Promise<void> {
  if (before === null) {
    await sql`delete from ${sql(table)} t where ${isThat(sql, key, known)}`
    return
  }
  const kept = columns.filter((column) => before[column] !== undefined)
  if (present === null) {
    const row = {
      ...Object.fromEntries([...key, ...kept].map((column) => [column, stored(before[column])])),
      ...(isGivenBy === true ? { made_by: actor } : {}),
    }
    await sql`insert into ${sql(table)} ${sql(row)}`
    return
  }
  const values = Object.fromEntries(kept.map((column) => [column, stored(before[column])]))
  await sql`update ${sql(table)} t set ${sql(values, kept)} where ${isThat(sql, key, known)}`
}

/** As a parameter: a list of texts is an array of them. */
function stored(
  value: postgres.JSONValue | undefined,
): string | boolean | number | null | string[] {
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? value
    : null
}
