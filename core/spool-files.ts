import { open, readdir, rename, statfs, truncate, unlink } from 'node:fs/promises'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A segment that is being written. */
export interface SegmentFile {
  /** Writes all of it, or throws; what is there after a throw is not known. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Resolves when what was written survives a power cut. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** The disk as a spool sees it; tests put a faulty one in its place. */
export interface SpoolFiles {
  create(path: string): Promise<SegmentFile>
  /** Makes the names in a folder survive a power cut. */
  syncFolder(folder: string): Promise<void>
  read(path: string, from: number, to?: number): Promise<Buffer>
  truncate(path: string, length: number): Promise<void>
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  list(folder: string): Promise<readonly string[]>
  freeBytes(folder: string): Promise<number>
}

const OWNER_ONLY = 0o600

export const diskFiles: SpoolFiles = {
  async create(path) {
    const handle = await open(path, 'wx', OWNER_ONLY)
    return {
      async write(bytes, position) {
        // A disk that fills up takes a part first and refuses the rest on the next call.
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await handle.write(bytes, done, undefined, position + done)
          done += bytesWritten
        }
      },
      sync: () => handle.datasync(),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    }
  },
  async syncFolder(folder) {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  async read(path, from, to) {
    const handle = await open(path, 'r')
    try {
      const bytes = Buffer.allocUnsafe((to ?? (await handle.stat()).size) - from)
      let length = 0
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, undefined, from + length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return bytes.subarray(0, length)
    } finally {
      await handle.close()
    }
  },
  truncate: (path, length) => truncate(path, length),
  remove: (path) => unlink(path),
  rename: (from, to) => rename(from, to),
  list: (folder) => readdir(folder),
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

/**
 * Locks a folder for this process, or returns null when another one has it. The kernel lets go of the
 * lock when the process ends, however it ends, and knows it across containers that share the folder:
 * a file with a process number in it could do neither. SQLite is how Node reaches such a lock.
 */
export function lockFolder(folder: string): { release(): void } | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (thrown) {
    lock.close()
    if (isBusy(thrown)) return null
    throw thrown
  }
  return { release: () => lock.close() }
}

const SQLITE_BUSY = 5

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'errcode' in thrown && thrown.errcode === SQLITE_BUSY
}
