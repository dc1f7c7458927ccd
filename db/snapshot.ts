import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'

/** What a value of the database was when it was last seen, on the local disk: to start without a database. */
export interface Snapshot<T> {
  /** Null where there is none, or none that this version of the program wrote. */
  read(): T | null
  /** The newest of several at once is what stays. Rejects when the disk does not take it. */
  write(value: T): Promise<void>
}

/** `version` names what the program takes the value to be: the last migration. */
export function createSnapshot<T>(file: string, version: string): Snapshot<T> {
  let written: Buffer | null = null
  let waiting: Buffer | null = null
  let writing: Promise<void> | null = null

  async function writeWaiting(): Promise<void> {
    while (waiting !== null) {
      const content = waiting
      waiting = null
      if (written?.equals(content) === true) continue
      const draft = `${file}.${process.pid}.draft`
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await writeFile(draft, content, { mode: 0o600, flush: true })
        await rename(draft, file)
        written = content
      } catch (thrown) {
        await rm(draft, { force: true })
        throw thrown
      }
    }
  }

  return {
    read() {
      try {
        const bytes = readFileSync(file)
        const content = bytes.subarray(SUM_BYTES)
        if (bytes.readUInt32LE(0) !== crc32(content)) return null
        const [of, value] = deserialize(content) as [string, T]
        return of === version ? value : null
      } catch {
        return null
      }
    },
    write(value) {
      const content = serialize([version, value])
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
