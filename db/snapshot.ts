import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { codeOf, reasonOf } from '#core/error.ts'

/** What a value of the database was when it was last seen, on the local disk: to start without a database. */
export interface Snapshot<T> {
  read(): KeptValue<T>
  /** The newest of several at once is what stays. Rejects when the disk does not take it. */
  write(value: T): Promise<void>
}

export type KeptValue<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** How a value is kept. Whoever changes what the value is made of raises the number. */
export interface SnapshotFormat<T> {
  readonly number: number
  /** Makes of a value of the format before this one what it is in this: a box is cut off for longer than a release. */
  readonly fromBefore: (value: unknown) => T
}

export function createSnapshot<T>(file: string, format: SnapshotFormat<T>): Snapshot<T> {
  /** Its sum, where the octets of all places would be 2 MB that nobody reads. */
  let written: string | null = null
  let waiting: Buffer | null = null
  let writing: Promise<void> | null = null

  async function writeWaiting(): Promise<void> {
    while (waiting !== null) {
      const content = waiting
      waiting = null
      const sum = createHash('sha256').update(content).digest('base64')
      if (sum === written) continue
      const draft = `${file}.${process.pid}.draft`
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await writeFile(draft, content, { mode: 0o600, flush: true })
        await rename(draft, file)
        written = sum
      } catch (thrown) {
        await rm(draft, { force: true })
        throw thrown
      }
    }
  }

  function fail(what: string): KeptValue<T> {
    return { ok: false, reason: `${file} ${what}` }
  }

  return {
    read() {
      try {
        const bytes = readFileSync(file)
        const content = bytes.subarray(SUM_BYTES)
        if (bytes.length < SUM_BYTES || bytes.readUInt32LE(0) !== crc32(content)) {
          return fail('is damaged')
        }
        const [of, value] = deserialize(content) as [unknown, unknown]
        const number = numberOf(of)
        if (number === format.number) return { ok: true, value: value as T }
        if (number === format.number - 1) return { ok: true, value: format.fromBefore(value) }
        return fail(
          `has format ${number}, and this version reads ${format.number - 1} and ${format.number}`,
        )
      } catch (thrown) {
        if (isMissing(thrown)) return fail('is not there')
        return fail(`cannot be read: ${reasonOf(thrown)}`)
      }
    },
    write(value) {
      const content = serialize([format.number, value])
      const sum = Buffer.alloc(SUM_BYTES)
      sum.writeUInt32LE(crc32(content))
      waiting = Buffer.concat([sum, content])
      writing ??= writeWaiting().finally(() => {
        writing = null
      })
      return writing
    },
  }
}

const SUM_BYTES = 4

/** The first of all had the last step of the database in this place. */
function numberOf(of: unknown): number {
  return typeof of === 'number' ? of : 1
}

function isMissing(thrown: unknown): boolean {
  return codeOf(thrown) === 'ENOENT'
}
