import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { openMappedFile } from '#core/mapped-file.ts'
import { AppError, reasonOf } from '#core/error.ts'
import type { ListHead } from '#db/lists.ts'
import { LIMITS } from '../limits.ts'
import { checkBlob, openBlob } from './blob.ts'
import type { BlobContent } from './blob.ts'
import { compileTurn } from './compile-turn.ts'
import type { CompileNews, CompileWork } from './compile-worker.ts'
import { findSource } from './find-source.ts'
import { createListIndex } from './list-index.ts'
import type { ListIndex } from './list-index.ts'
import type { ListReport } from './list-reader.ts'
import { createSlices } from './slices.ts'
import type { StoredText, TextStore } from './text-store.ts'

export interface Compilation {
  readonly lists: ListIndex
  /** Lists that could not be read now; one that was read before still blocks as it was then. */
  readonly failures: readonly {
    readonly list: string
    readonly reason: string
    readonly isMissing: boolean
  }[]
  /** One for each list, where this process has compiled them. */
  readonly reports: readonly { readonly list: string; readonly report: ListReport }[]
}

export interface ListCompiler {
  /**
   * The index of these lists: the blob on the disk where it is of the same texts, else a new one that a
   * thread makes of them. Not to be called while it runs.
   */
  compile(heads: readonly ListHead[]): Promise<Compilation>
  /** The last blob on the disk, whatever lists it is of; null where there is none that is whole. */
  lastGood(heads: readonly ListHead[]): Promise<ListIndex | null>
}

interface Opened {
  readonly blob: BlobContent
  readonly bytes: number
}

/** `folder` is where the blob lives; processes of one machine that share it share the blob. */
export function createListCompiler(folder: string, texts: TextStore): ListCompiler {
  const file = join(folder, 'lists.blob')
  /** Whatever happens to the folder, what is mapped stays. */
  let held: Opened | null = null

  async function openFile(isTrusted: boolean): Promise<Opened | null> {
    const memory = await openMappedFile(file).catch(() => null)
    if (memory === null) return null
    const opened = openBlob(memory)
    if (!opened.ok) return null
    // Some 50 MB: in slices, because names are answered meanwhile.
    const isWhole = isTrusted || (await checkBlob(memory, createSlices(LIMITS.compileSlice)))
    return isWhole ? opened : null
  }

  function indexOf(opened: Opened, heads: readonly ListHead[]): ListIndex {
    held = opened
    const sources = new Map(opened.blob.lists.map((list) => [list.name, list.sha256]))
    return createListIndex(opened.blob, opened.bytes, heads, (head, domain) =>
      findSource(texts.fileOf(head.name, sources.get(head.name) ?? head.sha256), domain),
    )
  }

  return {
    async compile(heads) {
      if (heads.length > LIMITS.lists) {
        throw new AppError(
          'list',
          `${heads.length} lists are more than the ${LIMITS.lists} allowed`,
        )
      }
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const { found, failures } = await gather(heads, texts)
      if (held !== null && isOf(held.blob, found)) {
        return { lists: indexOf(held, heads), failures, reports: [] }
      }
      await using _ = await compileTurn(join(folder, 'compile.lock'))
      // Another process of this machine may have made it while this one waited.
      const there = await openFile(false)
      if (there !== null && isOf(there.blob, found)) {
        return { lists: indexOf(there, heads), failures, reports: [] }
      }
      const news = await runThread({ texts: found, file })
      if (!news.ok) throw new AppError('list', news.reason)
      const made = await openFile(true)
      if (made === null) throw new AppError('list', `${file} cannot be read again`)
      await texts.sweep(found)
      const broken = news.failures.map((failure) => ({ ...failure, isMissing: true }))
      return {
        lists: indexOf(made, heads),
        failures: [...failures, ...broken],
        reports: news.reports,
      }
    },

    async lastGood(heads) {
      const opened = await openFile(false)
      return opened === null ? null : indexOf(opened, heads)
    },
  }
}

async function gather(
  heads: readonly ListHead[],
  texts: TextStore,
): Promise<{ found: readonly StoredText[]; failures: Compilation['failures'] }> {
  const found: StoredText[] = []
  const failures: Compilation['failures'][number][] = []
  for (const head of heads) {
    try {
      found.push(await texts.take(head))
    } catch (thrown) {
      // One list that cannot be had must not take the others away, nor itself as it was.
      const former = await texts.former(head.name)
      if (former !== null) found.push(former)
      failures.push({ list: head.name, reason: reasonOf(thrown), isMissing: former === null })
    }
  }
  return { found, failures }
}

function isOf(blob: BlobContent, texts: readonly StoredText[]): boolean {
  // One that could not be read then may be read now.
  if (blob.lists.some(({ failure }) => failure !== null)) return false
  const there = new Map(blob.lists.map(({ name, sha256 }) => [name, sha256]))
  return (
    there.size === texts.length && texts.every(({ name, sha256 }) => there.get(name) === sha256)
  )
}

function runThread(workerData: CompileWork): Promise<CompileNews> {
  const worker = new Worker(new URL('./compile-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: LIMITS.compileHeapMb },
  })
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ ok: false, reason })
    worker.once('message', resolve)
    worker.once('error', (thrown) => fail(reasonOf(thrown)))
    worker.once('exit', (code) => fail(`the compiling thread ended with ${code}`))
  })
}
