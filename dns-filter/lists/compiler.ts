import { AppError, reasonOf } from '#core/error.ts'
import type { ListHead } from '#db/lists.ts'
import type { NetworkKind } from '#db/sites.ts'
import { LIMITS } from '../limits.ts'
import { ListReader } from './list-text.ts'
import type { ListReport } from './list-text.ts'
import { NameTable, NameTexts } from '../names/name-table.ts'
import { Suffixes } from '../names/suffixes.ts'
import { createSlices } from './slices.ts'
import type { Slices } from './slices.ts'

export interface ListHit {
  readonly list: ListHead
  readonly suffix: number
}

/** All lists in one table: a query costs one probe for each of its suffixes, however many lists. */
export interface CompiledLists {
  /** The shortest suffix that a list of this network holds. */
  find(name: Suffixes, network: NetworkKind): ListHit | null
  readonly names: number
  readonly bytes: number
}

export const NO_LISTS: CompiledLists = { find: () => null, names: 0, bytes: 0 }

/** The names of one list, in wire form one after the other, as long as its text stays the same. */
interface ReadList {
  readonly sha256: string
  readonly texts: Uint8Array
  readonly report: ListReport
}

export interface Compilation {
  readonly lists: CompiledLists
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

export function createListCompiler(
  readText: (list: string) => Promise<Uint8Array>,
  slices: Slices = createSlices(LIMITS.compileSlice),
): ListCompiler {
  let held = new Map<string, ReadList>()

  return {
    async compile(heads) {
      if (heads.length > LIMITS.lists) {
        throw new AppError(
          'list',
          `${heads.length} lists are more than the ${LIMITS.lists} allowed`,
        )
      }
      const next = new Map<string, ReadList>()
      const reports: { list: string; report: ListReport }[] = []
      const failures: Compilation['failures'][number][] = []
      for (const head of heads) {
        const old = held.get(head.name)
        if (old?.sha256 === head.sha256) {
          next.set(head.name, old)
          continue
        }
        try {
          const { texts, report } = await readList(await readText(head.name), slices)
          next.set(head.name, { sha256: head.sha256, texts, report })
          reports.push({ list: head.name, report })
        } catch (thrown) {
          // One broken list must not take the others away.
          if (old !== undefined) next.set(head.name, old)
          const isMissing = old === undefined
          failures.push({ list: head.name, reason: reasonOf(thrown), isMissing })
        }
      }
      const lists = await buildTable(heads, next, slices)
      held = next
      return { lists, reports, failures }
    },
  }
}

const LINES_A_TURN = 512

async function readList(
  text: Uint8Array,
  slices: Slices,
): Promise<{ texts: Uint8Array; report: ListReport }> {
  let texts = new Uint8Array(Math.max(1024, text.length + (text.length >>> 2)))
  let used = 0
  const reader = new ListReader(text, (name) => {
    if (used + name.length > texts.length) {
      const larger = new Uint8Array(texts.length * 2)
      larger.set(texts)
      texts = larger
    }
    texts.set(name, used)
    used += name.length
  })
  while (reader.read(LINES_A_TURN)) await slices.pause()
  return { texts: texts.slice(0, used), report: reader.report() }
}

async function buildTable(
  heads: readonly ListHead[],
  read: ReadonlyMap<string, ReadList>,
  slices: Slices,
): Promise<CompiledLists> {
  const blocks = heads.map((head) => read.get(head.name)?.texts ?? new Uint8Array(0))
  const total = heads.reduce((sum, head) => sum + (read.get(head.name)?.report.names ?? 0), 0)
  if (total > LIMITS.listNames) {
    throw new AppError('list', `${total} names are more than the ${LIMITS.listNames} allowed`)
  }
  const textBytes = blocks.reduce((sum, block) => sum + block.length, 0)
  // The table keeps offsets of 32 bits.
  if (textBytes >= 0xffff_ffff)
    throw new AppError('list', `${textBytes} bytes of names are too many`)
  const texts = new NameTexts(blocks)
  const table = new NameTable(texts, total)
  // A byte for each network: the number of the first list that blocks the name there, 0 for none.
  const guest = new Uint8Array(table.capacity)
  const staff = new Uint8Array(table.capacity)
  const name = new Suffixes()
  for (const [number, head] of heads.entries()) {
    const block = blocks[number] ?? new Uint8Array(0)
    const base = texts.base(number)
    const blocksGuest = head.blocks.includes('guest')
    const blocksStaff = head.blocks.includes('staff')
    for (let at = 0, n = 0; at < block.length; at = name.end, n++) {
      if (n % LINES_A_TURN === 0) await slices.pause()
      name.read(block, at)
      const { slot } = table.insert(name, base + at)
      if (blocksGuest && guest[slot] === 0) guest[slot] = number + 1
      if (blocksStaff && staff[slot] === 0) staff[slot] = number + 1
    }
  }
  return {
    names: table.size,
    bytes: table.bytes + guest.length + staff.length + textBytes,
    find(query, network) {
      const numbers = network === 'guest' ? guest : staff
      for (let suffix = query.count - 1; suffix >= 0; suffix--) {
        const slot = table.find(query, suffix)
        if (slot < 0) continue
        const list = heads[(numbers[slot] as number) - 1]
        if (list !== undefined) return { list, suffix }
      }
      return null
    },
  }
}
