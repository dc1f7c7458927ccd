import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListHead } from '#db/lists.ts'

export interface StoredText {
  readonly name: string
  /** Of the text that is there, which may be older than was asked for. */
  readonly sha256: string
  readonly file: string
}

/** The packed texts of the lists on the local disk: to compile from, also without a database. */
export interface TextStore {
  /** Reads it once from where it comes from. Rejects when it cannot be had. */
  take(head: ListHead): Promise<StoredText>
  fileOf(name: string, sha256: string): string
  /** What was taken before of a list of that name, newest first. */
  former(name: string): Promise<StoredText | null>
  /** Removes what none of these is. */
  sweep(kept: readonly StoredText[]): Promise<void>
}

type ReadPacked = (head: ListHead) => AsyncIterable<Uint8Array>

export function createTextStore(folder: string, readPacked: ReadPacked): TextStore {
  let drafts = 0

  async function write(file: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
    const draft = `${file}.${process.pid}-${drafts++}.draft`
    try {
      const handle = await open(draft, 'w', 0o600)
      try {
        for await (const part of parts) await handle.writeFile(part)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, file)
    } catch (thrown) {
      await rm(draft, { force: true })
      throw thrown
    }
  }

  const fileOf = (name: string, sha256: string): string =>
    // A name may hold what a file's name must not.
    join(folder, `${digest(name)}-${sha256}${ENDING}`)

  return {
    fileOf,

    async take(head) {
      const { name, sha256 } = head
      const stored = { name, sha256, file: fileOf(name, sha256) }
      if (await exists(stored.file)) return stored
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await write(stored.file, readPacked(head))
      return stored
    },

    async former(name) {
      const prefix = `${digest(name)}-`
      const found = (await names(folder)).filter(
        (file) => file.startsWith(prefix) && file.endsWith(ENDING),
      )
      const dated = await Promise.all(
        found.map(async (file) => ({ file, at: (await stat(join(folder, file))).mtimeMs })),
      )
      const [newest] = dated.toSorted((a, b) => b.at - a.at)
      if (newest === undefined) return null
      const sha256 = newest.file.slice(prefix.length, -ENDING.length)
      return { name, sha256, file: join(folder, newest.file) }
    },

    async sweep(kept) {
      const stay = new Set(kept.map(({ file }) => file))
      for (const file of await names(folder)) {
        const path = join(folder, file)
        if (file.endsWith(ENDING) && !stay.has(path)) await rm(path, { force: true })
      }
    },
  }
}

const ENDING = '.zst'

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
