import type postgres from 'postgres'
import { deleteList, lockList, recordList, writeList } from '../list-changes.ts'
import type { NewList } from '../list-changes.ts'
import { acceptHeld, listStates } from '../list-states.ts'
import type { ListState } from '../list-states.ts'
import type { NetworkKind } from '../sites.ts'
import { recordLine } from './audit-lines.ts'
import type { HistoryLine, Snapshot } from './changes.ts'
import { askJob } from './jobs.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** A list as administrators see it. */
export interface AdminList extends ListState {
  /** Of what was said of it; what fetching brings changes no ETag. */
  readonly etag: string
}

export interface ListChange {
  readonly category?: string
  readonly blocks?: readonly NetworkKind[]
  readonly from?: NewList['from']
}

type Sql = postgres.TransactionSql

/** What lists block, they block everywhere. */
const HOUSE = { association: null, site: null }

export async function findList(sql: Sql, name: string): Promise<AdminList | null> {
  const state = (await listStates({ sql })).find((list) => list.name === name)
  if (state === undefined) return null
  const [row] = await sql<{ etag: string }[]>`
    select encode(substr(sha256(convert_to(jsonb_build_array(l.name, l.category, l.blocks, l.made_by,
             o.url, o.folder, case when o.url is null then l.sha256 end)::text, 'UTF8')), 1, 12), 'hex') as etag
    from house.list l left join house.list_source o on o.list = l.name where l.name = ${name}`
  return row === undefined ? null : { ...state, ...row }
}

/** It is fetched, or counted, within the minute: wherever in the fleet jobs run. */
export async function createList(sql: Sql, wish: NewList, doer: Doer): Promise<Outcome<AdminList>> {
  if (!doer.rights.can('rules.write', HOUSE)) return refused('not-yours')
  if ((await lockList(sql, wish.name)) !== null) return refused('exists')
  if (!(await writeList(sql, wish, false))) return refused('exists')
  return written(sql, wish.name, null, doer)
}

export async function changeList(
  sql: Sql,
  name: string,
  etag: string,
  change: ListChange,
  doer: Doer,
): Promise<Outcome<AdminList>> {
  const before = await lockOwn(sql, name, etag, doer)
  if (!before.ok) return before
  const { category, blocks, from } = change
  // Another origin would take the key of its zone away, which nobody can bring back from here.
  if (from !== undefined && before.value['tsig_name'] !== null) return refused('has-key')
  if (category !== undefined) {
    await sql`update house.list set category = ${category} where name = ${name}`
  }
  if (blocks !== undefined) {
    const networks = [...new Set(blocks)].toSorted()
    await sql`update house.list set blocks = ${networks} where name = ${name}`
  }
  if (from !== undefined) {
    const now = await lockList(sql, name)
    await writeList(sql, { ...said(now ?? before.value), name, from }, true)
  }
  return written(sql, name, before.value, doer)
}

export async function removeList(
  sql: Sql,
  name: string,
  etag: string,
  doer: Doer,
): Promise<Outcome<null>> {
  const before = await lockOwn(sql, name, etag, doer)
  if (!before.ok) return before
  await deleteList(sql, name)
  await recordList(sql, name, before.value, doer)
  return done(null)
}

/** Has it fetched now, whenever its turn would be; how it went is in its state. */
export async function refreshList(sql: Sql, name: string, doer: Doer): Promise<Outcome<AdminList>> {
  const list = await findList(sql, name)
  if (list === null) return refused('not-found')
  if (!doer.rights.can('rules.write', HOUSE)) return refused('not-yours')
  if (list.url === null) return refused('no-source')
  await sql`update house.list_state set tried_at = null where list = ${name}`
  await askJob(sql, 'lists', doer)
  const asked = await findList(sql, name)
  return asked === null ? refused('not-found') : done(asked)
}

/** Puts the very text in force that was held back when it was looked at. */
export async function acceptHeldList(
  sql: Sql,
  name: string,
  heldId: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminList>> {
  const list = await findList(sql, name)
  if (list === null) return refused('not-found')
  if (!rights.can('rules.write', HOUSE)) return refused('not-yours')
  const names = await acceptHeld(sql, name, heldId)
  if (names === null) return refused('changed')
  await recordLine(sql, {
    ...{ actor, action: 'list.accept', subject: `list ${name}`, reason, association: null },
    details: { names },
  })
  const accepted = await findList(sql, name)
  return accepted === null ? refused('not-found') : done(accepted)
}

/** A list's text and the key of a zone are kept nowhere, so there is no way back to what stood on them. */
export function listCanBeUndone({ before, after }: HistoryLine): boolean {
  if (isDeclared(before) || isDeclared(after)) return false
  if (before === null) return after !== null
  const isFetched = typeof before['url'] === 'string' && before['tsig_name'] === null
  if (after === null) return isFetched
  return isFetched
    ? after['tsig_name'] === null
    : before['url'] === null && before['sha256'] === after['sha256'] && after['url'] === null
}

/** Only of a line that `listCanBeUndone`. */
export async function undoList(
  sql: Sql,
  { before, after, subject }: HistoryLine,
  doer: Doer,
): Promise<Outcome<null>> {
  if (!doer.rights.can('rules.write', HOUSE)) return refused('not-yours')
  const name = subject.replace(/^list /, '')
  const present = await lockList(sql, name)
  if (!isAs(present, after)) return refused('changed-since')
  if (before === null) await deleteList(sql, name)
  else {
    const { url, folder, allow_private: isPrivate } = before
    const said_ = said(before)
    if (typeof url === 'string') {
      const from = {
        ...{ url, folder: typeof folder === 'string' ? folder : null },
        allowPrivate: isPrivate === true,
      }
      await writeList(sql, { ...said_, name, from }, present !== null)
    } else {
      await sql`
        update house.list set category = ${said_.category}, blocks = ${[...said_.blocks]}
        where name = ${name}`
    }
  }
  await recordList(sql, name, present, doer, 'undo')
  await askJob(sql, 'lists', doer)
  return done(null)
}

async function lockOwn(
  sql: Sql,
  name: string,
  etag: string,
  { rights }: Doer,
): Promise<Outcome<Snapshot>> {
  const list = await findList(sql, name)
  if (list === null) return refused('not-found')
  if (!rights.can('rules.write', HOUSE)) return refused('not-yours')
  const before = await lockList(sql, name)
  const now = await findList(sql, name)
  if (before === null || now === null) return refused('not-found')
  if (isDeclared(before)) return refused('by-file')
  if (etag !== '*' && etag !== now.etag) return refused('changed')
  return done(before)
}

async function written(
  sql: Sql,
  name: string,
  before: Snapshot | null,
  doer: Doer,
): Promise<Outcome<AdminList>> {
  await recordList(sql, name, before, doer)
  await askJob(sql, 'lists', doer)
  const list = await findList(sql, name)
  return list === null ? refused('not-found') : done(list)
}

function said(row: Snapshot): { category: string; blocks: readonly NetworkKind[] } {
  const { category, blocks } = row
  const networks = (['guest', 'staff'] as const).filter(
    (network) => Array.isArray(blocks) && blocks.includes(network),
  )
  return { category: typeof category === 'string' ? category : '', blocks: networks }
}

function isDeclared(row: Snapshot | null): boolean {
  return row?.['made_by'] === 'declaration'
}

/** What was fetched meanwhile is no change of it. */
function isAs(present: Snapshot | null, after: Snapshot | null): boolean {
  if (present === null || after === null) return present === after
  return Object.entries(after).every(
    ([column, value]) =>
      (column === 'sha256' && typeof after['url'] === 'string') ||
      JSON.stringify(present[column] ?? null) === JSON.stringify(value),
  )
}
