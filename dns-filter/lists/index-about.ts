import type { ListHead } from '#db/lists.ts'
import { LIMITS } from '../limits.ts'
import type { Suffixes } from '../names/suffixes.ts'
import { createBlobBuilder } from './build-blob.ts'
import { createListIndex } from './list-index.ts'
import type { ListIndex, ListSource } from './list-index.ts'
import { ListReader, lineOf } from './list-reader.ts'
import { textOfName } from '../message/name.ts'
import { createSlices } from './slices.ts'

const LINES_A_TURN = 512

/**
 * The index of what the lists say of one name and those above it, with their lines: read from the texts,
 * so that a verdict can be explained where nothing is compiled.
 */
export async function indexAbout(
  name: Suffixes,
  heads: readonly ListHead[],
  readText: (list: string) => Promise<Uint8Array>,
): Promise<ListIndex> {
  const suffixes = new Map<string, string>()
  for (let i = 0; i < name.count; i++) {
    const wire = Buffer.from(name.bytes.subarray(name.start(i), name.end))
    suffixes.set(wire.toString('latin1'), textOfName(wire))
  }
  const builder = createBlobBuilder()
  const sources = new Map<string, ListSource>()
  const slices = createSlices(LIMITS.compileSlice)
  for (const head of heads) {
    const text = await readText(head.name)
    builder.begin(head)
    const reader = new ListReader(text, (entry, line) => {
      if (entry.name.length > name.end) return
      const domain = suffixes.get(Buffer.from(entry.name).toString('latin1'))
      if (domain === undefined) return
      builder.add(entry)
      const key = `${head.name} ${domain}`
      if (!sources.has(key)) sources.set(key, { line, text: lineOf(text, line) })
    })
    while (reader.read(LINES_A_TURN)) await slices.pause()
  }
  return createListIndex(
    builder.finish(),
    0,
    heads,
    (head, domain) => sources.get(`${head.name} ${domain}`) ?? null,
  )
}
