import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Seal } from '#core/seal.ts'
import { AppError } from '#core/error.ts'
import { recordChange } from './admin/changes.ts'
import type { Snapshot } from './admin/changes.ts'
import type { Database } from './connection.ts'
import { listKeyContext } from './list-keys.ts'
import type { ListKey } from './list-keys.ts'
import { packListText } from './lists.ts'
import type { NetworkKind } from './sites.ts'

/** A list that no file declares. */
export interface NewList {
  readonly name: string
  readonly category: string
  readonly blocks: readonly NetworkKind[]
  /** Its text, or where it is fetched from. */
  readonly from:
    | { readonly text: Uint8Array }
    | {
        readonly url: string
        readonly folder: string | null
        readonly allowPrivate: boolean
        /** Of a zone. */
        readonly key?: ListKey | null
      }
}

type Sql = postgres.TransactionSql
type Db = Pick<Database, 'sql'>

/** Who does it, and why. */
interface Doer {
  readonly actor: string
  readonly reason: string | null
}

/** Adds it, or replaces one that a command added; false where a declaration has one of that name. */
export async function addList(
  { sql }: Db,
  seal: Seal,
  list: NewList,
  actor: string,
): Promise<boolean> {
  return sql.begin(async (sql) => {
    const before = await lockList(sql, list.name)
    if (before?.['made_by'] === 'declaration') return false
    if (!(await writeList(sql, list, before !== null))) {
      throw new AppError('list', `a list "${list.name}" was made in the same moment; try again`)
    }
    if ('url' in list.from) await setKey(sql, seal, list.name, list.from.key ?? null)
    const by = { actor, reason: null }
    await recordList(sql, list.name, before, by)
    return true
  })
}

/** False where no command has added one of that name. */
export async function removeList({ sql }: Db, name: string, actor: string): Promise<boolean> {
  return sql.begin(async (sql) => {
    const before = await lockList(sql, name)
    if (before === null || before['made_by'] === 'declaration') return false
    await deleteList(sql, name)
    await recordList(sql, name, before, { actor, reason: null })
    return true
  })
}

/** As the audit keeps it, for this transaction alone to change; null: there is none. */
export async function lockList(sql: Sql, name: string): Promise<Snapshot | null> {
  const [there] = await sql`select from house.list where name = ${name} for update`
  if (there === undefined) return null
  const [row] = await sql<{ snapshot: Snapshot }[]>`
    select jsonb_build_object('name', l.name, 'category', l.category, 'blocks', l.blocks,
      'sha256', l.sha256, 'made_by', l.made_by, 'url', o.url, 'folder', o.folder,
      'allow_private', coalesce(o.allow_private, false), 'tsig_name', o.tsig_name,
      'tsig_algorithm', o.tsig_algorithm) as snapshot
    from house.list l left join house.list_source o on o.list = l.name where l.name = ${name}`
  return row?.snapshot ?? null
}

/** What it was is replaced; false where somebody has made one of this name in the same moment. Of one that is fetched, the text stays until it was fetched from where it is said now. */
export async function writeList(
  sql: Sql,
  { name, category, blocks, from }: NewList,
  isThere: boolean,
): Promise<boolean> {
  const text = 'text' in from ? from.text : new Uint8Array()
  const [sha256, content] = [digest(text), packListText(text)]
  const networks = [...new Set(blocks)].toSorted()
  if (!isThere) {
    const made = await sql`
      insert into house.list (name, category, blocks, sha256, content, made_by)
      values (${name}, ${category}, ${networks}, ${sha256}, ${content}, 'command')
      on conflict (name) do nothing`
    if (made.count === 0) return false
  } else {
    await sql`
      update house.list set category = ${category}, blocks = ${networks} where name = ${name}`
    await sql`delete from house.list_source where list = ${name}`
    if ('text' in from) {
      await sql`
        update house.list set sha256 = ${sha256}, content = ${content} where name = ${name}`
      // What was counted, fetched or held back was of another text.
      await sql`delete from house.list_state where list = ${name}`
    }
  }
  if ('text' in from) return true
  await sql`
    insert into house.list_source (list, url, folder, allow_private)
    values (${name}, ${from.url}, ${from.folder}, ${from.allowPrivate})`
  return true
}

export async function deleteList(sql: Sql, name: string): Promise<void> {
  await sql`delete from house.list where name = ${name}`
}

/** The change that led from `before` to what is there now. */
export async function recordList(
  sql: Sql,
  name: string,
  before: Snapshot | null,
  { actor, reason }: Doer,
  deed?: 'undo',
): Promise<void> {
  const after = await lockList(sql, name)
  const usual = before === null ? 'create' : after === null ? 'remove' : 'change'
  await recordChange(sql, {
    ...{ actor, action: `list.${deed ?? usual}`, subject: `list ${name}`, reason },
    ...{ association: null, before, after },
  })
}

async function setKey(sql: Sql, seal: Seal, list: string, key: ListKey | null): Promise<void> {
  if (key === null) return
  const sealed = seal.seal(key.secret, listKeyContext(list))
  await sql`
    update house.list_source
    set tsig_name = ${key.name}, tsig_algorithm = ${key.algorithm}, tsig_secret = ${sealed}
    where list = ${list}`
}

function digest(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}
