import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { reasonOf } from '#core/error.ts'
import { goSecond } from '#core/thread-priority.ts'
import { unpackListText } from '#db/lists.ts'
import { compileLists } from './compile.ts'
import type { Compiled } from './compile.ts'
import type { StoredText } from './text-store.ts'

export interface CompileWork {
  readonly texts: readonly StoredText[]
  /** Where the blob goes. */
  readonly file: string
}

export type CompileNews =
  | ({ readonly ok: true } & Omit<Compiled, 'parts'>)
  | { readonly ok: false; readonly reason: string }

/*
 * A thread of its own, which ends with its one work: what reading millions of names takes of CPU and
 * memory is not taken from who answers queries.
 */
goSecond()
parentPort?.postMessage(work(workerData as CompileWork))

function work({ texts, file }: CompileWork): CompileNews {
  try {
    const { parts, ...outcome } = compileLists(
      texts.map((text) => ({ ...text, read: () => unpack(text.file) })),
    )
    write(parts, file)
    return { ok: true, ...outcome }
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown) }
  }
}

function unpack(file: string): Uint8Array {
  try {
    return unpackListText(readFileSync(file))
  } catch (thrown) {
    // The next time it comes from where it came from.
    rmSync(file, { force: true })
    throw thrown
  }
}

/** Whole or not at all: who has the old one mapped keeps it. */
function write(parts: readonly Uint8Array[], file: string): void {
  const draft = `${file}.${process.pid}-${threadId}.draft`
  try {
    const fd = openSync(draft, 'w', 0o600)
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += writeSync(fd, part, at)
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, file)
  } catch (thrown) {
    rmSync(draft, { force: true })
    throw thrown
  }
}
