import type postgres from 'postgres'

/** What was answered, byte for byte. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Answered =
  /** Nobody has sent it before; it is held until the end of the transaction. */
  | { readonly known: 'no' }
  | { readonly known: 'yes'; readonly answer: StoredAnswer }
  /** The key was for another request. */
  | { readonly known: 'other' }

interface KeyedRequest {
  readonly sender: string
  readonly key: string
  readonly sha256: Uint8Array
}

const KEPT = '24 hours'

/** Whether a request was answered already. Of two that come at once, the second waits for the first. */
export async function answeredBefore(
  sql: postgres.TransactionSql,
  { sender, key, sha256 }: KeyedRequest,
): Promise<Answered> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${sender} ${key}`}, 1))`
  await sql`delete from house.answered_request where at < now() - ${KEPT}::interval`
  const [row] = await sql<(StoredAnswer & { request: Uint8Array })[]>`
    select status, headers, body, request_sha256 as request
    from house.answered_request where sender = ${sender} and key = ${key}`
  if (row === undefined) return { known: 'no' }
  const { request, ...answer } = row
  return Buffer.from(request).equals(sha256) ? { known: 'yes', answer } : { known: 'other' }
}

export async function keepAnswer(
  sql: postgres.TransactionSql,
  { sender, key, sha256 }: KeyedRequest,
  { status, headers, body }: StoredAnswer,
): Promise<void> {
  await sql`
    insert into house.answered_request (sender, key, request_sha256, status, headers, body)
    values (${sender}, ${key}, ${sha256}, ${status}, ${sql.json({ ...headers })}, ${body})`
}
