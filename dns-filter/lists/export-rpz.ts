import type { Entry } from './entry.ts'
import { ListReader } from './list-reader.ts'
import { textOfName } from '../message/name.ts'
import { fitsZone, rpzHead } from './rpz-zone.ts'
import type { RpzZone } from './rpz-zone.ts'

const LINES_A_TURN = 4096

/**
 * Lists as a response policy zone, for resolvers that read those: exceptions first, because a block of the
 * same name by a later list must not undo them. Yields lines by the thousand.
 */
export function* exportRpz(texts: readonly Uint8Array[], zone: RpzZone): Generator<string> {
  yield rpzHead(zone)
  // Each owner once: what was allowed stays allowed, and what was blocked is not written again.
  const written = new Set<string>()
  for (const isAllow of [true, false]) {
    for (const text of texts) {
      const lines: string[] = []
      const take = ({ name, scope, action }: Entry): void => {
        if ((action === 'allow') !== isAllow) return
        if (!fitsZone(name, zone)) return
        const domain = textOfName(name)
        const target = isAllow ? 'rpz-passthru.' : '.'
        for (const owner of ownersOf(domain, scope)) {
          if (written.has(owner)) continue
          written.add(owner)
          lines.push(`${owner} CNAME ${target}\n`)
        }
      }
      const reader = new ListReader(text, take)
      while (reader.read(LINES_A_TURN)) {
        if (lines.length > 0) yield lines.join('')
        lines.length = 0
      }
      if (lines.length > 0) yield lines.join('')
    }
  }
}

function ownersOf(domain: string, scope: Entry['scope']): readonly string[] {
  switch (scope) {
    case 'name':
      return [domain]
    case 'below':
      return [`*.${domain}`]
    case 'name-and-below':
      return [domain, `*.${domain}`]
  }
}
