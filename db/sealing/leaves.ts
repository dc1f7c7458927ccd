import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import { PARTS } from './row-hashes.ts'
import type { HashGroup, Part } from './row-hashes.ts'

const ID_BYTES = 16
// Enough that a row changed by chance or by hand is found; the digest covers the whole hashes.
export const PREFIX_BYTES = 8
const LEAF_BYTES = ID_BYTES + PREFIX_BYTES
const CHUNK_LEAVES = 8192

/** What a seal says of a day's rows. */
export interface DayDigest {
  readonly counts: Readonly<Record<Part, number>>
  readonly digest: string
}

/** The digest over the hashes of all rows, part by part. */
export class DayHasher {
  readonly #hash = createHash('sha256')
  readonly #counts: Record<Part, number> = { connection: 0, former_address: 0, amendment: 0 }

  begin(part: Part): void {
    this.#hash.update(`${part}\n`)
  }

  add(part: Part, rowHash: Uint8Array): void {
    this.#hash.update(rowHash)
    this.#counts[part] += 1
  }

  done(): DayDigest {
    return { counts: { ...this.#counts }, digest: this.#hash.digest('hex') }
  }
}

/** Writes the leaves of a day in chunks; `done` gives their digest. */
export class LeafWriter {
  readonly #sql: postgres.TransactionSql
  readonly #day: string
  readonly #hash = createHash('sha256')
  #part: Part = 'connection'
  #chunk = 0
  #leaves: Buffer[] = []

  constructor(sql: postgres.TransactionSql, day: string) {
    this.#sql = sql
    this.#day = day
  }

  async begin(part: Part): Promise<void> {
    await this.#flush()
    this.#part = part
    this.#chunk = 0
    this.#hash.update(`${part}\n`)
  }

  async add(id: string, rowHash: Buffer): Promise<void> {
    this.#leaves.push(Buffer.concat([idBytes(id), rowHash.subarray(0, PREFIX_BYTES)]))
    if (this.#leaves.length === CHUNK_LEAVES) await this.#flush()
  }

  async done(): Promise<string> {
    await this.#flush()
    return this.#hash.digest('hex')
  }

  async #flush(): Promise<void> {
    if (this.#leaves.length === 0) return
    const leaves = Buffer.concat(this.#leaves)
    this.#leaves = []
    this.#hash.update(leaves)
    await this.#sql`
      insert into log.seal_leaf (day, part, chunk, leaves)
      values (${this.#day}, ${this.#part}, ${this.#chunk}, ${leaves})`
    this.#chunk += 1
  }
}

/** The digest of the leaves as they are stored, to compare with what was signed. */
export async function digestLeaves(sql: postgres.TransactionSql, day: string): Promise<string> {
  const hash = createHash('sha256')
  for (const part of PARTS) {
    hash.update(`${part}\n`)
    for await (const leaves of readChunks(sql, day, part)) hash.update(leaves)
  }
  return hash.digest('hex')
}

/** The leaves of a part; each group's `hashes` hold the first bytes only. */
export async function* readLeaves(
  sql: postgres.TransactionSql,
  day: string,
  part: Part,
): AsyncGenerator<HashGroup> {
  let id: string | null = null
  let hashes: Buffer[] = []
  for await (const leaves of readChunks(sql, day, part)) {
    for (let at = 0; at + LEAF_BYTES <= leaves.length; at += LEAF_BYTES) {
      const leafId = idText(leaves.subarray(at, at + ID_BYTES))
      if (leafId !== id) {
        if (id !== null) yield { id, hashes }
        id = leafId
        hashes = []
      }
      hashes.push(leaves.subarray(at + ID_BYTES, at + LEAF_BYTES))
    }
  }
  if (id !== null) yield { id, hashes }
}

async function* readChunks(
  sql: postgres.TransactionSql,
  day: string,
  part: Part,
): AsyncGenerator<Buffer> {
  for (let chunk = 0; ; chunk += 1) {
    const [row] = await sql<{ leaves: Buffer }[]>`
      select leaves from log.seal_leaf where day = ${day} and part = ${part} and chunk = ${chunk}`
    if (row === undefined) return
    yield row.leaves
  }
}

function idBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function idText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  const cuts = [0, 8, 12, 16, 20, 32] as const
  return cuts
    .slice(1)
    .map((end, i) => hex.slice(cuts[i], end))
    .join('-')
}
