import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AppError, codeOf } from '#core/error.ts'
import type { Clock } from '#core/clock.ts'
import { writeAudit } from '../audit.ts'
import type { Database } from '../connection.ts'
import { searchConnections } from '../connections.ts'
import type { Connection } from '../connections.ts'
import { heldConnections } from '../holds.ts'
import { loadOrganisation } from '../organisation.ts'
import { loadKeyChanges } from '../sealing/chain.ts'
import { linkOf, signBytes } from '../sealing/day-seal.ts'
import { publishedChange } from '../sealing/published-change.ts'
import type { PublishedKeyChange } from '../sealing/published-change.ts'
import { loadPublicKeys } from '../sealing/sealing-key.ts'
import type { SealingKey } from '../sealing/sealing-key.ts'
import { loadSeals } from '../sealing/seals.ts'
import type { ApprovedRequest } from './export-requests.ts'
import { criteriaJson } from './export-requests.ts'
import { methodNote } from './method-note.ts'
import { csvOf, jsonOf } from './pack-rows.ts'
import type { PlaceTimes } from './pack-rows.ts'
import { readingCopy } from './reading-copy.ts'
import type { PackFacts } from './reading-copy.ts'
import { ZipWriter } from './zip.ts'

export const PACK_FORMAT = 'accueil pack 1'
export const MANIFEST = 'manifest.json'
export const SIGNATURE = 'manifest.sig'
// Who needs more than this names nobody.
const MOST_ROWS = 200_000
const CHUNK_LETTERS = 65_536
const MOST_KEY_CHANGES = 32

export interface WrittenPack {
  readonly rows: number
  /** Of the whole file, hex. */
  readonly sha256: string
}

/**
 * Writes the pack of an approved request to `path`, which must not be there. The whole file or none;
 * the lines in the audit are committed before any row is read.
 */
export async function writePack(
  database: Database,
  key: SealingKey,
  request: ApprovedRequest,
  options: { path: string; actor: string; clock: Clock; times: PlaceTimes },
): Promise<WrittenPack> {
  const { path, actor, times } = options
  const partial = `${path}.partial`
  await refuseExisting(path)
  const madeAt = new Date(options.clock())
  await writeAudit(database.kysely, {
    actor,
    action: 'logs.export',
    subject: request.caseRef,
    reason: request.reason,
    details: {
      code: request.code,
      criteria: criteriaJson(request.criteria),
      requestedBy: request.requestedBy,
      approvedBy: request.approvedBy,
    },
  })
  const spool = await RowSpool.create(`${path}.rows`)
  try {
    const organisation = (await loadOrganisation(database))?.name ?? 'Accueil'
    const rows = await spoolRows(database, request, actor, spool)
    const facts: PackFacts = { organisation, request, rows, madeAt }
    const last = (await loadSeals(database.sql)).at(-1)
    const chain = last === undefined ? null : { day: last.day, link: linkOf(last) }
    const changes = await keyChangesFor(database)
    await writeArchive(partial, { key, changes }, facts, chain, spool, times)
    const sha256 = await digestFile(partial)
    await rename(partial, path)
    return { rows, sha256 }
  } catch (thrown) {
    await rm(partial, { force: true })
    throw thrown
  } finally {
    await spool.close()
  }
}

async function refuseExisting(path: string): Promise<void> {
  try {
    // Also tells before the search that the folder cannot be written to.
    await (await open(path, 'wx', 0o600)).close()
    await rm(path)
  } catch (thrown) {
    const said = codeOf(thrown)
    throw new AppError(
      'pack',
      said === 'EEXIST'
        ? `${path} is there already; give another name with --out`
        : `${path} cannot be written (${String(said)})`,
      { cause: thrown },
    )
  }
}

async function spoolRows(
  database: Database,
  request: ApprovedRequest,
  actor: string,
  spool: RowSpool,
): Promise<number> {
  const look = { actor, reason: `pack for case ${request.caseRef}: ${request.reason}` }
  for await (const page of heldConnections(database, request.caseRef, request.criteria)) {
    await spool.add(page)
  }
  for await (const page of searchConnections(database, request.criteria, look)) {
    await spool.add(page)
    if (spool.rows > MOST_ROWS) {
      throw new AppError('pack.too-wide', `more than ${MOST_ROWS} rows fit; narrow the criteria`)
    }
  }
  return spool.rows
}

async function writeArchive(
  path: string,
  signing: { key: SealingKey; changes: readonly PublishedKeyChange[] },
  facts: PackFacts,
  chain: { day: string; link: string } | null,
  spool: RowSpool,
  times: PlaceTimes,
): Promise<void> {
  const { key, changes } = signing
  const { request, rows, madeAt } = facts
  const { criteria: _, ...who } = request
  const criteria = { ...who, criteria: criteriaJson(request.criteria) }
  const contents: readonly (readonly [string, AsyncIterable<string> | readonly string[]])[] = [
    ['lecture.html', readingCopy(facts, spool.read(), times)],
    ['rows.csv', csvOf(spool.read(), times)],
    ['rows.json', jsonOf(spool.read())],
    ['criteres.json', [`${JSON.stringify(criteria, null, 2)}\n`]],
    ['methode.txt', [methodNote(facts, key.id, times)]],
  ]
  await rm(path, { force: true })
  const zip = await ZipWriter.create(path, madeAt)
  try {
    const files = []
    for (const [name, content] of contents) {
      const hash = createHash('sha256')
      let bytes = 0
      const measured = async function* (): AsyncGenerator<Buffer> {
        for await (const chunk of inChunks(content)) {
          hash.update(chunk)
          bytes += chunk.length
          yield chunk
        }
      }
      await zip.add(name, measured())
      files.push({ name, bytes, sha256: hash.digest('hex') })
    }
    const { organisation } = facts
    const manifest = {
      format: PACK_FORMAT,
      ...{ organisation, case: request.caseRef, rows, madeAt: madeAt.toISOString() },
      ...{ requestedBy: request.requestedBy, approvedBy: request.approvedBy },
      ...{ files, chain },
      key: { id: key.id, algorithm: 'Ed25519', publicPem: key.publicPem, changes },
    }
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
    await zip.add(MANIFEST, [bytes])
    await zip.add(SIGNATURE, [Buffer.from(`${signBytes(key.privatePem, bytes)}\n`)])
    await zip.finish()
  } catch (thrown) {
    await zip.abandon()
    throw thrown
  }
}

/** How the key came to sign: who knows an older one can follow. The oldest give way to the manifest's size. */
async function keyChangesFor(database: Database): Promise<readonly PublishedKeyChange[]> {
  const keys = await loadPublicKeys(database.sql)
  const changes = await loadKeyChanges(database.sql)
  return changes.slice(-MOST_KEY_CHANGES).map((change) => publishedChange(change, keys))
}

async function* inChunks(
  content: AsyncIterable<string> | readonly string[],
): AsyncGenerator<Buffer> {
  let text = ''
  for await (const piece of content) {
    text += piece
    if (text.length < CHUNK_LETTERS) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

/** The rows of one search on disk, to be read once for each form; nobody else can open the file. */
class RowSpool {
  readonly #file: FileHandle
  #bytes = 0
  rows = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<RowSpool> {
    const file = await open(path, 'wx+', 0o600)
    // Without a name, it is gone with this process whatever happens.
    await rm(path)
    return new RowSpool(file)
  }

  async add(rows: readonly Connection[]): Promise<void> {
    if (rows.length === 0) return
    const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    await this.#file.write(lines, 0, lines.length, this.#bytes)
    this.#bytes += lines.length
    this.rows += rows.length
  }

  async *read(): AsyncGenerator<Connection> {
    const stream = this.#file.createReadStream({ start: 0, autoClose: false, encoding: 'utf8' })
    let rest = ''
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield revive(line)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function revive(line: string): Connection {
  const row = JSON.parse(line) as Omit<Connection, 'start' | 'stop'> & {
    start: string
    stop: string | null
  }
  return { ...row, start: new Date(row.start), stop: row.stop === null ? null : new Date(row.stop) }
}
