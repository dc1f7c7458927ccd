import type { Database } from './connection.ts'

/** What the journal holds, as far as the fold must know before it begins a step. */
export interface JournalSight {
  /** What was acknowledged first of what is not in the log; null when all is. Its age by the database's clock. */
  readonly oldest: { readonly id: bigint; readonly ageMs: number } | null
  /** Events appended since the look before; at the first look all that are there. */
  readonly appended: number
}

/**
 * Looks at the ends of the journal alone: what is between them may be a hundred megabytes. An append that is
 * committed after one with a larger number is not counted; it is found by its age.
 */
export function createJournalLook({ sql }: Pick<Database, 'sql'>): () => Promise<JournalSight> {
  let seen = '0'
  return async () => {
    const [row] = await sql.unsafe<
      { events: number; last: string | null; id: string | null; age: number | null }[]
    >(LOOK, [seen])
    if (row === undefined) return { oldest: null, appended: 0 }
    seen = row.last ?? seen
    const { id, age } = row
    return {
      oldest: id === null || age === null ? null : { id: BigInt(id), ageMs: age },
      appended: row.events,
    }
  }
}

// Not prepared: a plan made while the journal was empty would read all of it when it is full.
const LOOK = `
  select added.events, added.last, oldest.id, oldest.age
  from (select coalesce(sum(events), 0)::float8 as events, max(id)::text as last
        from log.journal where id > $1::bigint) added
  left join (select id::text,
                    extract(epoch from clock_timestamp() - made_at)::float8 * 1000 as age
             from log.journal order by log.journal.id limit 1) oldest on true`
