import { LIMITS } from '../limits.ts'
import type { Entry } from './entry.ts'
import { ListReader } from './list-reader.ts'
import { textOfName } from '../message/name.ts'

export interface RpzZone {
  /** With its last dot: `rpz.example.` */
  readonly zone: string
  readonly serial: number
}

const LINES_A_TURN = 4096
/** What a name of the zone may have, so that the zone's own fits behind it. */
const OWN_OCTETS = LIMITS.name

/**
 * Lists as a response policy zone, for resolvers that read those: exceptions first, because a block of the
 * same name by a later list must not undo them. Yields lines by the thousand.
 */
export function* exportRpz(
  texts: readonly Uint8Array[],
  { zone, serial }: RpzZone,
): Generator<string> {
  yield `$TTL 300\n$ORIGIN ${zone}\n@ IN SOA localhost. hostmaster.localhost. ${serial} 3600 600 604800 300\n@ IN NS localhost.\n`
  // Each owner once: what was allowed stays allowed, and what was blocked is not written again.
  const written = new Set<string>()
  for (const isAllow of [true, false]) {
    for (const text of texts) {
      const lines: string[] = []
      const take = ({ name, scope, action }: Entry): void => {
        if ((action === 'allow') !== isAllow) return
        // `*.` and the zone's own name come with it.
        if (name.length + 2 + zone.length > OWN_OCTETS) return
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
