import type postgres from 'postgres'
import { AppError } from '#core/error.ts'

/** What a day's seal covers, in this order. */
export const PARTS = ['connection', 'former_address', 'amendment'] as const
export type Part = (typeof PARTS)[number]

/** All rows of a part of the day that share an identifier. */
export interface HashGroup {
  /** A UUID; the number of an amendment is written as one. */
  readonly id: string
  /** SHA-256 of each row's canonical form, ascending. */
  readonly hashes: readonly Buffer[]
}

const FETCH_ROWS = 2000

/** Times in the canonical form of a row follow the session: all who hash set this first. */
export async function inUtc(sql: postgres.TransactionSql): Promise<void> {
  await sql`set local timezone = 'UTC'`
}

/** The rows of a part as they are, by identifier and hash; constant memory however many. */
export function readRowHashes(
  sql: postgres.TransactionSql,
  day: string,
  part: Part,
): AsyncGenerator<HashGroup> {
  return grouped(readCursor<HashRow>(sql, `rows_of_${part}`, ROW_QUERIES[part](dayLiteral(day))))
}

interface HashRow {
  readonly id: string
  readonly hash: Buffer
}

const ROW_QUERIES: Readonly<Record<Part, (day: string) => string>> = {
  connection: (day) => `
    select id::text as id, hash from log.connection_hash c where day = ${day} order by c.id`,
  former_address: (day) => `
    select id::text as id, hash from log.former_address_hash f where day = ${day} order by f.id, hash`,
  // The hash was taken when the amendment was made: it outlives what it covers.
  amendment: (day) => `
    select lpad(to_hex(n), 32, '0')::uuid::text as id, hash
    from log.amendment_hash where made_on = ${day} order by n`,
}

/** A change made to a row after its day was closed. */
export interface AmendmentHashes {
  readonly id: string
  readonly n: string
  readonly before: Buffer | null
  readonly after: Buffer | null
}

/** The amendments to rows of `day`, by row, in the order in which they were made. */
export function readAmendments(
  sql: postgres.TransactionSql,
  day: string,
  part: Part,
): AsyncGenerator<AmendmentHashes> {
  return readCursor<AmendmentHashes>(
    sql,
    `amendments_of_${part}`,
    `select id::text as id, n::text as n, before_hash as before, after_hash as after
     from log.amendment_hash a
     where day = ${dayLiteral(day)} and part = '${part}' order by a.id, a.n`,
  )
}

/** A cursor of the server's, so that several can be read side by side on one connection. */
export async function* readCursor<T>(
  sql: postgres.TransactionSql,
  name: string,
  query: string,
): AsyncGenerator<T> {
  await sql.unsafe(`declare ${name} no scroll cursor for ${query}`)
  for (;;) {
    const rows = await sql.unsafe(`fetch ${FETCH_ROWS} from ${name}`)
    yield* rows as Iterable<T>
    if (rows.length < FETCH_ROWS) break
  }
  await sql.unsafe(`close ${name}`)
}

/** A cursor takes no parameters: the day is checked, then written into the statement. */
function dayLiteral(day: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(day)) return `'${day}'::date`
  throw new AppError('day', `"${day}" is not a day such as 2026-11-23`)
}

async function* grouped(rows: AsyncIterable<HashRow>): AsyncGenerator<HashGroup> {
  let id: string | null = null
  let hashes: Buffer[] = []
  for await (const row of rows) {
    if (row.id !== id) {
      if (id !== null) yield { id, hashes }
      id = row.id
      hashes = []
    }
    hashes.push(row.hash)
  }
  if (id !== null) yield { id, hashes }
}
