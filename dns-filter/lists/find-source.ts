import { readFileSync } from 'node:fs'
import { unpackListText } from '#db/lists.ts'
import { nameFromText } from '../message/name.ts'
import type { ListSource } from './list-index.ts'
import { ListReader, lineOf } from './list-reader.ts'

const LINES_A_TURN = 512

/** The first line of the packed text that names exactly this domain. Takes seconds for millions of names. */
export function findSource(file: string, domain: string): ListSource | null {
  const wire = nameFromText(domain)
  if (wire === null) return null
  let text: Uint8Array
  try {
    text = unpackListText(readFileSync(file))
  } catch {
    // The verdict stands without it.
    return null
  }
  const name = Buffer.from(wire)
  let found: number | null = null
  const reader = new ListReader(text, (entry, line) => {
    if (name.equals(entry.name)) found ??= line
  })
  while (found === null && reader.read(LINES_A_TURN));
  return found === null ? null : { line: found, text: lineOf(text, found) }
}
