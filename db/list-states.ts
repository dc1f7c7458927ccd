import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Database } from './connection.ts'
import { packListText } from './lists.ts'
import type { Sql } from './sessions.ts'

/** Where a list is fetched from. */
export interface ListOrigin {
  readonly list: string
  readonly category: string
  readonly url: string
  readonly folder: string | null
  readonly allowPrivate: boolean
}

/** An origin with what the last answer said of itself, to be told that nothing has changed. */
export interface DueOrigin extends ListOrigin {
  readonly etag: string | null
  readonly lastModified: string | null
  /** Of the text in force; null where it was not counted. */
  readonly names: number | null
}

/** What reading a text has shown. */
export interface ListCounts {
  readonly syntax: string
  readonly lines: number
  readonly names: number
  readonly unusable: number
  readonly kinds: Readonly<Record<string, number>>
  readonly faults: readonly {
    readonly line: number
    readonly fault: string
    readonly text: string
  }[]
}

export interface FetchedList {
  readonly text: Uint8Array
  readonly etag: string | null
  readonly lastModified: string | null
  readonly counts: ListCounts
  /** When to look again; null: a day later. */
  readonly refreshSeconds: number | null
}

/** A list as administrators see it. */
export interface ListState extends Partial<ListCounts> {
  readonly name: string
  readonly category: string
  readonly blocks: readonly string[]
  readonly madeBy: 'declaration' | 'command'
  readonly url: string | null
  readonly triedAt: Date | null
  /** When the source last gave it, or said that it is as it was. */
  readonly fetchedAt: Date | null
  readonly changedAt: Date | null
  readonly error: string | null
  readonly heldNames: number | null
  /** Of the text that is held back. */
  readonly heldId: string | null
}

type Db = Pick<Database, 'sql'>

/** Origins whose turn it is: a day after they were fetched or as their zone says, an hour after that failed. */
export async function dueOrigins({ sql }: Db, only?: string): Promise<readonly DueOrigin[]> {
  return sql<DueOrigin[]>`
    select o.list, l.category, o.url, o.folder, o.allow_private as "allowPrivate",
      case when s.url = o.url then s.etag end as etag,
      case when s.url = o.url then s.last_modified end as "lastModified",
      case when s.sha256 = l.sha256 then s.names::float8 end as names
    from house.list_source o
    join house.list l on l.name = o.list
    left join house.list_state s on s.list = o.list
    where ${only ?? null}::text = o.list or (${only ?? null}::text is null and (
      s.tried_at is null or s.url is distinct from o.url
      or s.tried_at <= now() - case when s.error is null then make_interval(secs => coalesce(s.refresh_seconds, 86400)) else interval '1 hour' end))
    order by o.list`
}

/** The source says that it is as it was. */
export async function saveUnchanged({ sql }: Db, list: string): Promise<void> {
  await sql`
    update house.list_state set tried_at = now(), fetched_at = now(),
      error = case when held_sha256 is null then null else error end
    where list = ${list}`
}

/** The text in force stays. */
export async function saveFailure({ sql }: Db, origin: ListOrigin, error: string): Promise<void> {
  await sql`
    insert into house.list_state (list, tried_at, error, url)
    values (${origin.list}, now(), ${error}, ${origin.url})
    on conflict (list) do update set tried_at = now(), error = excluded.error, url = excluded.url,
      etag = case when house.list_state.url = excluded.url then house.list_state.etag end,
      last_modified = case when house.list_state.url = excluded.url then house.list_state.last_modified end`
}

/** From now on this is the list. False when the list is gone meanwhile. */
export async function saveFetched(
  { sql }: Db,
  origin: ListOrigin,
  { text, etag, lastModified, counts, refreshSeconds }: FetchedList,
): Promise<boolean> {
  const sha256 = digest(text)
  const content = packListText(text)
  return sql.begin(async (sql) => {
    const changed = await sql`
      update house.list set sha256 = ${sha256}, content = ${content}
      where name = ${origin.list} and sha256 <> ${sha256}`
    const there = await sql`select from house.list where name = ${origin.list} for share`
    if (there.length === 0) return false
    await sql`
      insert into house.list_state (list, url, etag, last_modified, refresh_seconds, tried_at, fetched_at, changed_at)
      values (${origin.list}, ${origin.url}, ${etag}, ${lastModified}, ${refreshSeconds}, now(), now(), now())
      on conflict (list) do update set url = excluded.url, etag = excluded.etag,
        last_modified = excluded.last_modified, refresh_seconds = excluded.refresh_seconds,
        tried_at = now(), fetched_at = now(), error = null,
        changed_at = case when ${changed.count > 0} then now() else house.list_state.changed_at end,
        held_sha256 = null, held_names = null, held_at = null, held_content = null`
    await writeCounts(sql, origin.list, sha256, counts)
    return true
  })
}

/** It waits for `acceptHeld`; the text in force stays. */
export async function holdBack(
  { sql }: Db,
  origin: ListOrigin,
  { text, etag, lastModified, counts, refreshSeconds }: FetchedList,
  error: string,
): Promise<void> {
  const content = packListText(text)
  await sql`
    update house.list_state set tried_at = now(), fetched_at = now(), error = ${error},
      url = ${origin.url}, etag = ${etag}, last_modified = ${lastModified},
      refresh_seconds = ${refreshSeconds}, held_sha256 = ${digest(text)}, held_names = ${counts.names}, held_at = now(),
      held_content = ${content}
    where list = ${origin.list}`
}

/** Puts what was held back in force, and says how many names it has; null where nothing is, or not what has this `heldId`. */
export async function acceptHeld(
  sql: postgres.TransactionSql,
  list: string,
  heldId?: string,
): Promise<number | null> {
  // In the order in which a fetch takes them; from here on it is the text that was looked at.
  await sql`select from house.list where name = ${list} for update`
  await sql`select from house.list_state where list = ${list} for update`
  const [held] = await sql<{ names: number }[]>`
    update house.list l set sha256 = s.held_sha256, content = s.held_content
    from house.list_state s
    where s.list = l.name and l.name = ${list} and s.held_sha256 is not null
      and left(s.held_sha256, 24) = coalesce(${heldId ?? null}::text, left(s.held_sha256, 24))
    returning s.held_names::float8 as names`
  if (held === undefined) return null
  await sql`
    update house.list_state set error = null, changed_at = now(), names = held_names,
      held_sha256 = null, held_names = null, held_at = null, held_content = null
    where list = ${list}`
  return held.names
}

/** Lists whose counts are of another text than is in force. */
export async function uncountedLists({ sql }: Db): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select l.name from house.list l left join house.list_state s on s.list = l.name
    where s.sha256 is distinct from l.sha256 order by l.name`
  return rows.map(({ name }) => name)
}

export async function saveCounts(
  { sql }: Db,
  list: string,
  text: Uint8Array,
  counts: ListCounts,
): Promise<void> {
  const sha256 = digest(text)
  await sql`
    insert into house.list_state (list) select name from house.list where name = ${list}
    on conflict (list) do nothing`
  await writeCounts(sql, list, sha256, counts)
}

async function writeCounts(
  sql: Sql,
  list: string,
  sha256: string,
  { syntax, lines, names, unusable, kinds, faults }: ListCounts,
): Promise<void> {
  await sql`
    update house.list_state set sha256 = ${sha256}, syntax = ${syntax}, lines = ${lines},
      names = ${names}, unusable = ${unusable}, kinds = ${JSON.stringify(kinds)}::text::jsonb,
      faults = ${JSON.stringify(faults)}::text::jsonb
    where list = ${list}`
}

/** By name: all of them, or a page. */
export async function listStates(
  { sql }: { readonly sql: Sql },
  page: {
    readonly category?: string | null
    readonly after?: string | null
    readonly rows?: number
  } = {},
): Promise<readonly ListState[]> {
  const { category = null, after = null, rows = null } = page
  return sql<ListState[]>`
    select l.name, l.category, l.blocks, l.made_by as "madeBy", o.url, s.syntax,
      s.lines::float8 as lines, s.names::float8 as names, s.unusable::float8 as unusable, s.kinds,
      s.faults, s.tried_at as "triedAt", s.fetched_at as "fetchedAt", s.changed_at as "changedAt",
      s.error, s.held_names::float8 as "heldNames", left(s.held_sha256, 24) as "heldId"
    from house.list l
    left join house.list_source o on o.list = l.name
    left join house.list_state s on s.list = l.name
    where (${category}::text is null or l.category = ${category})
      and (${after}::text is null or l.name > ${after})
    order by l.name limit ${rows}`
}

function digest(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}
