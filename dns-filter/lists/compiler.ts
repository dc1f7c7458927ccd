import { AppError, reasonOf } from '#core/error.ts'
import type { ListHead } from '#db/lists.ts'
import { LIMITS } from '../limits.ts'
import { nameFromText } from '../message/name.ts'
import { openBlob, packBlob } from './blob.ts'
import { createBlobBuilder } from './build-blob.ts'
import { createListIndex } from './list-index.ts'
import type { ListIndex, ListSource } from './list-index.ts'
import { ListReader, lineOf } from './list-text.ts'
import type { ListReport } from './list-text.ts'
import { createSlices } from './slices.ts'
import type { Slices } from './slices.ts'

export interface Compilation {
  readonly lists: ListIndex
  /** Lists that could not be read now; one that was read before still blocks as it was then. */
  readonly failures: readonly {
    readonly list: string
    readonly reason: string
    readonly isMissing: boolean
  }[]
  /** One for each list that was read anew. */
  readonly reports: readonly { readonly list: string; readonly report: ListReport }[]
}

export interface ListCompiler {
  /** Reads what changed, builds a new table beside the old one. Not to be called while it runs. */
  compile(heads: readonly ListHead[]): Promise<Compilation>
}

const LINES_A_TURN = 512

export function createListCompiler(
  readText: (list: string) => Promise<Uint8Array>,
  slices: Slices = createSlices(LIMITS.compileSlice),
): ListCompiler {
  let held = new Map<string, { readonly sha256: string; readonly text: Uint8Array }>()

  return {
    async compile(heads) {
      if (heads.length > LIMITS.lists) {
        throw new AppError(
          'list',
          `${heads.length} lists are more than the ${LIMITS.lists} allowed`,
        )
      }
      const next: typeof held = new Map()
      const reports: { list: string; report: ListReport }[] = []
      const failures: Compilation['failures'][number][] = []
      const builder = createBlobBuilder()
      for (const head of heads) {
        const old = held.get(head.name)
        let list = old?.sha256 === head.sha256 ? old : null
        try {
          list ??= { sha256: head.sha256, text: await readText(head.name) }
        } catch (thrown) {
          // One broken list must not take the others away.
          const isMissing = old === undefined
          failures.push({ list: head.name, reason: reasonOf(thrown), isMissing })
          list = old ?? null
        }
        if (list === null) continue
        next.set(head.name, list)
        builder.begin({ name: head.name, sha256: list.sha256 })
        const reader = new ListReader(list.text, builder.add)
        while (reader.read(LINES_A_TURN)) await slices.pause()
        if (list !== old) reports.push({ list: head.name, report: reader.report() })
      }
      const parts = packBlob(builder.finish())
      const opened = openBlob(new Uint8Array(Buffer.concat(parts)), true)
      if (!opened.ok) throw new AppError('list', `the lists were not compiled: ${opened.reason}`)
      held = next
      const { blob, bytes } = opened
      const lists = createListIndex(blob, bytes, heads, (head, domain) =>
        findSource(next.get(head.name)?.text ?? new Uint8Array(), domain),
      )
      return { lists, reports, failures }
    },
  }
}

function findSource(text: Uint8Array, domain: string): ListSource | null {
  const wanted = nameFromText(domain)
  if (wanted === null) return null
  const name = Buffer.from(wanted)
  let found: number | null = null
  const reader = new ListReader(text, (entry, line) => {
    if (name.equals(entry.name)) found ??= line
  })
  while (found === null && reader.read(LINES_A_TURN));
  return found === null ? null : { line: found, text: lineOf(text, found) }
}
