import type postgres from 'postgres'
import type { Database } from '../connection.ts'
import { DayHasher, PREFIX_BYTES, digestLeaves, readLeaves } from './leaves.ts'
import { PARTS, inUtc, readAmendments, readCursor, readRowHashes } from './row-hashes.ts'
import type { AmendmentHashes, Part } from './row-hashes.ts'
import { loadChain, sealsOf } from './chain.ts'
import { checkChain } from './check-chain.ts'
import { loadPublicKeys } from './sealing-key.ts'
import { checkDropped } from './verify-chain.ts'
import type { Against } from './verify-chain.ts'

/** What was found; a day in order has no problems. */
export interface DayReport {
  readonly day: string
  readonly connections: number
  /** Changes to rows of this day since it was sealed, each of them noted and accounted for. */
  readonly amendments: number
  /** Null: the rows are still there. */
  readonly droppedAt: Date | null
  /** One sentence each, naming the row. */
  readonly problems: readonly string[]
  /** What the checker must know of the keys, though it is in order. */
  readonly notes: readonly string[]
  /** How many more there were than are named. */
  readonly unnamed: number
}

// A table emptied behind our back would name every row of the day.
const MOST_NAMED = 1000

/** Checks the seal of `day` and every row that it covers; null when the day was never sealed. */
export async function verifyDay(
  database: Database,
  day: string,
  against: Against,
): Promise<DayReport | null> {
  return database.sql.begin('isolation level repeatable read read only', async (sql) => {
    await inUtc(sql)
    const chain = await loadChain(sql)
    const seal = sealsOf(chain).find((found) => found.day === day)
    if (seal === undefined) return null
    const findings = new Findings()
    const { now, pinnedKey } = against
    const keys = await loadPublicKeys(sql)
    const check = checkChain(chain, { keys, pinnedKey, days: new Set([day]) })
    for (const problem of [...(check.seals.get(day) ?? []), ...check.changes]) findings.add(problem)
    for (const problem of await checkDropped(sql, seal, now)) findings.add(problem)
    const { connections, droppedAt } = seal
    const report = { day, connections, droppedAt, notes: check.notes }
    if (seal.droppedAt !== null) return { ...report, amendments: 0, ...findings.told() }

    const leavesFit = (await digestLeaves(sql, day)) === seal.leaves
    if (!leavesFit) {
      findings.add(
        `the list of rows kept beside the seal of ${day} was altered: the rows named below may be the wrong ones`,
      )
    }
    const hasher = new DayHasher()
    let amendments = 0
    for (const part of PARTS) {
      hasher.begin(part)
      amendments += await comparePart(sql, day, part, hasher, findings)
    }
    await checkAmendmentTexts(sql, day, findings)
    const { digest } = hasher.done()
    if (digest !== seal.digest && findings.count === 0) {
      findings.add(
        `the rows of ${day} do not give the digest that was sealed, though each looks right: a row was forged, which one cannot be said`,
      )
    }
    return { ...report, amendments, ...findings.told() }
  })
}

class Findings {
  readonly #named: string[] = []
  count = 0

  add(problem: string): void {
    this.count += 1
    if (this.#named.length < MOST_NAMED) this.#named.push(problem)
  }

  told(): { problems: readonly string[]; unnamed: number } {
    return { problems: this.#named, unnamed: this.count - this.#named.length }
  }
}

/** Walks what was sealed, what is there and what was noted side by side; returns the amendments met. */
async function comparePart(
  sql: postgres.TransactionSql,
  day: string,
  part: Part,
  hasher: DayHasher,
  findings: Findings,
): Promise<number> {
  const sealed = new Ahead(readLeaves(sql, day, part))
  const present = new Ahead(readRowHashes(sql, day, part))
  const noted = new Ahead(part === 'amendment' ? none() : readAmendments(sql, day, part))
  let met = 0
  for (;;) {
    const id = least([await sealed.id(), await present.id(), await noted.id()])
    if (id === null) return met
    const was = (await sealed.take(id))[0]?.hashes ?? []
    const is = (await present.take(id))[0]?.hashes ?? []
    const amendments = await noted.take(id)
    met += amendments.length
    const undone = undo(is, amendments)
    const problem =
      undone === null
        ? `${nameOf(part, id)} was changed after its last noted amendment`
        : difference(part, id, was, undone)
    if (problem !== null) findings.add(problem)
    for (const hash of undone ?? []) hasher.add(part, hash)
  }
}

/** The rows as they were when they were sealed; null when the amendments do not lead back there. */
function undo(
  present: readonly Buffer[],
  amendments: readonly AmendmentHashes[],
): readonly Buffer[] | null {
  const rows = [...present]
  for (const { before, after } of amendments.toReversed()) {
    if (after !== null) {
      const at = rows.findIndex((row) => row.equals(after))
      if (at < 0) return null
      rows.splice(at, 1)
    }
    if (before !== null) rows.push(before)
  }
  return rows.toSorted(Buffer.compare)
}

function difference(
  part: Part,
  id: string,
  sealed: readonly Buffer[],
  found: readonly Buffer[],
): string | null {
  const same =
    sealed.length === found.length &&
    sealed.every((prefix, i) => found[i]?.subarray(0, PREFIX_BYTES).equals(prefix) === true)
  if (same) return null
  const deed =
    sealed.length > found.length
      ? 'is missing'
      : sealed.length < found.length
        ? 'was added after the day was sealed'
        : 'was changed after the day was sealed'
  return `${nameOf(part, id)} ${deed}`
}

function nameOf(part: Part, id: string): string {
  if (part === 'connection') return `row ${id}`
  if (part === 'former_address') return `a former address of row ${id}`
  return `amendment ${BigInt(`0x${id.replaceAll('-', '')}`)}`
}

/** An amendment stands by its hash; that its text still fits the hash is seen here. */
async function checkAmendmentTexts(
  sql: postgres.TransactionSql,
  day: string,
  findings: Findings,
): Promise<void> {
  const altered = readCursor<{ n: string }>(
    sql,
    'altered_amendments',
    // Without its texts it is one whose row's day has been dropped: nothing is left to compare.
    `select n::text as n from log.amendment_hash a
     where '${day}'::date in (made_on, day) and (
       case when text_hash is null
         then not exists (select from log.seal s where s.day = a.day and s.dropped_at is not null)
         else hash <> text_hash end
     ) order by a.n`,
  )
  for await (const { n } of altered) findings.add(`amendment ${n} was changed after it was made`)
}

/** One look ahead into a stream that is sorted by identifier. */
class Ahead<T extends { readonly id: string }> {
  readonly #stream: AsyncIterator<T>
  #next: T | null | undefined

  constructor(stream: AsyncIterable<T>) {
    this.#stream = stream[Symbol.asyncIterator]()
  }

  async id(): Promise<string | null> {
    if (this.#next === undefined) {
      const step = await this.#stream.next()
      this.#next = step.done === true ? null : step.value
    }
    return this.#next?.id ?? null
  }

  async take(id: string): Promise<readonly T[]> {
    const taken: T[] = []
    while ((await this.id()) === id) {
      if (this.#next !== null && this.#next !== undefined) taken.push(this.#next)
      this.#next = undefined
    }
    return taken
  }
}

async function* none(): AsyncGenerator<AmendmentHashes> {}

function least(ids: readonly (string | null)[]): string | null {
  return ids.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null)
}
