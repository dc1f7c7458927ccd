import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import type { Client } from './client.ts'
import { LIMITS } from '../limits.ts'
import { ListReader } from '../lists/list-text.ts'
import { byteAt, nameFromText } from '../message/name.ts'
import { createReservedNames } from './reserved-names.ts'
import type { Reservation } from './reserved-names.ts'
import { compileRules } from './rules.ts'
import { createSlices } from '../lists/slices.ts'
import { Suffixes } from '../names/suffixes.ts'

export interface ListLine {
  readonly list: ListHead
  /** Counted from 1. */
  readonly line: number
  /** What the line names: the name asked, or one above it. */
  readonly domain: string
}

/** What decides about a name for a client, in the order of the pipeline. */
export type Explanation =
  | { readonly by: 'reservation'; readonly reservation: Reservation }
  | { readonly by: 'rule'; readonly rule: Rule }
  /** At least one; the first is the one that is told to the client. */
  | { readonly by: 'lists'; readonly lines: readonly ListLine[] }
  | { readonly by: 'nothing' }

export interface House {
  readonly heads: readonly ListHead[]
  readonly rules: readonly Rule[]
  /** Host names of the product itself. */
  readonly ownHosts: readonly string[]
  readonly readText: (list: string) => Promise<Uint8Array>
}

const LINES_A_TURN = 512

/** Null when `domain` is not a domain name. Reads the lists' texts, so no table need be compiled. */
export async function explainName(
  domain: string,
  client: Client,
  house: House,
): Promise<Explanation | null> {
  const wire = nameFromText(domain)
  if (wire === null) return null
  const name = new Suffixes()
  name.read(wire, 0)

  const reserved = createReservedNames(house.ownHosts).find(name)
  const isSkipped = reserved?.kind === 'canary' && client.network !== 'guest'
  if (reserved !== null && !isSkipped) return { by: 'reservation', reservation: reserved.kind }
  const byRule = compileRules(house.rules).find(name, client)
  if (byRule !== null) return { by: 'rule', rule: byRule.rule }

  const lines: ListLine[] = []
  for (const list of house.heads.filter((head) => head.blocks.includes(client.network))) {
    const line = await findShortest(list, await house.readText(list.name), name)
    if (line !== null) lines.push(line)
  }
  if (lines.length === 0) return { by: 'nothing' }
  // As the compiled table has it: the shortest name first, then the lists in their order.
  return { by: 'lists', lines: lines.toSorted((a, b) => a.domain.length - b.domain.length) }
}

/** The line of the shortest suffix of the name that the list holds. */
async function findShortest(
  list: ListHead,
  text: Uint8Array,
  name: Suffixes,
): Promise<ListLine | null> {
  const suffixes = new Set<string>()
  for (let i = 0; i < name.count; i++) {
    suffixes.add(Buffer.from(name.bytes.subarray(name.start(i), name.end)).toString('latin1'))
  }
  let best: ListLine | null = null
  const reader = new ListReader(text, (found, line) => {
    if (found.length > name.end || !suffixes.has(Buffer.from(found).toString('latin1'))) return
    const domain = textOf(found)
    if (best === null || domain.length < best.domain.length) best = { list, line, domain }
  })
  const slices = createSlices(LIMITS.compileSlice)
  while (reader.read(LINES_A_TURN)) await slices.pause()
  return best
}

function textOf(name: Uint8Array): string {
  const labels: string[] = []
  for (let at = 0; byteAt(name, at) !== 0; at += byteAt(name, at) + 1) {
    labels.push(Buffer.from(name.subarray(at + 1, at + 1 + byteAt(name, at))).toString('latin1'))
  }
  return labels.join('.')
}
