import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import type { Client } from './client.ts'
import { indexAbout } from '../lists/index-about.ts'
import { textOfName } from '../lists/name-text.ts'
import type { ListIndex } from '../lists/list-index.ts'
import { nameFromText } from '../message/name.ts'
import { createReservedNames } from './reserved-names.ts'
import type { Reservation } from './reserved-names.ts'
import { compileRules } from './rules.ts'
import { Suffixes } from '../names/suffixes.ts'

export interface ListLine {
  readonly list: ListHead
  /** Counted from 1. */
  readonly line: number
  /** What the line names: the name asked, or one above it. */
  readonly domain: string
  readonly text: string
}

/** What decides about a name for a client, in the order of the pipeline. */
export type Explanation =
  | { readonly by: 'reservation'; readonly reservation: Reservation }
  | { readonly by: 'rule'; readonly rule: Rule }
  /** At least one; the first is the one that is told to the client. */
  | { readonly by: 'lists'; readonly lines: readonly ListLine[] }
  /** Lists name it, and lists make an exception of it. */
  | { readonly by: 'exception'; readonly lines: readonly ListLine[] }
  | { readonly by: 'nothing' }

export interface House {
  readonly heads: readonly ListHead[]
  readonly rules: readonly Rule[]
  /** Host names of the product itself. */
  readonly ownHosts: readonly string[]
  readonly readText: (list: string) => Promise<Uint8Array>
}

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

  const index = await indexAbout(name, house.heads, house.readText)
  const linesBy = (ask: ListIndex['setOf']): readonly ListLine[] =>
    linesOf(index, ask, name, client.network)
  const insisted = linesBy(index.insistedBy)
  if (insisted.length > 0) return { by: 'lists', lines: insisted }
  const blocked = linesBy(index.setOf)
  if (blocked.length === 0) return { by: 'nothing' }
  const allowed = linesBy(index.allowedBy)
  if (allowed.length > 0) return { by: 'exception', lines: allowed }
  return { by: 'lists', lines: blocked }
}

/** The shortest name first, then the lists in their order; of each list only its first. */
function linesOf(
  index: ListIndex,
  ask: ListIndex['setOf'],
  name: Suffixes,
  network: Client['network'],
): readonly ListLine[] {
  const lines = new Map<number, ListLine>()
  for (let suffix = name.count - 1; suffix >= 0; suffix--) {
    const domain = textOfName(name.bytes.subarray(name.start(suffix), name.end))
    for (const number of index.sets[ask(name, suffix)] ?? []) {
      const list = index.lists[number]
      if (list === undefined || !list.blocks.includes(network) || lines.has(number)) continue
      const source = index.source(number, domain)
      if (source !== null) lines.set(number, { list, domain, ...source })
    }
  }
  return [...lines.values()]
}
