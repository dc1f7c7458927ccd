import type { Line, LineSyntax } from './line.ts'
import { NOTHING, unusable } from './line.ts'
import { wireName } from './name-text.ts'

const CLASSES = new Set(['IN', 'CH', 'HS', 'ANY'])
/** What stands at the head of every zone, and says nothing of names. */
const OF_THE_ZONE = new Set([
  'SOA',
  'NS',
  'DNSKEY',
  'RRSIG',
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
  'ZONEMD',
])
const TRIGGERS = /(^|\.)rpz-(ip|client-ip|nsip|nsdname)$/

/**
 * A response policy zone as a master file (RFC 1035 section 5). Of its triggers only names asked for are
 * meant, `name` for itself and `*.name` for what is below, and of its actions those that say no (NXDOMAIN,
 * NODATA, drop) and `rpz-passthru`. Others are counted.
 */
export function rpzSyntax(): LineSyntax {
  let origin = ''
  let zone: string | null = null
  let owner = ''
  let open = 0

  function absolute(name: string): string {
    if (name === '@') return origin
    const lower = name.toLowerCase()
    if (lower.endsWith('.')) return lower.slice(0, -1)
    return origin === '' ? lower : `${lower}.${origin}`
  }

  /** The name without the zone's own; null where it is the zone's own. */
  function trigger(name: string): string | null {
    const within = zone ?? origin
    if (name === within || name === '') return null
    return within !== '' && name.endsWith(`.${within}`) ? name.slice(0, -within.length - 1) : name
  }

  function record(fields: readonly string[]): Line {
    const rest = [...fields]
    while (
      rest[0] !== undefined &&
      (/^\d+[smhdw\d]*$/i.test(rest[0]) || CLASSES.has(rest[0].toUpperCase()))
    ) {
      rest.shift()
    }
    const type = rest[0]?.toUpperCase() ?? ''
    if (type === 'SOA') zone ??= owner
    if (type === '' || OF_THE_ZONE.has(type)) return type === '' ? unusable('zone syntax') : NOTHING
    const named = trigger(owner)
    if (named === null) return NOTHING
    if (TRIGGERS.test(named)) return unusable('trigger')
    if (type !== 'CNAME') return unusable('policy action')
    const action = actionOf(rest[1] ?? '')
    if (action === null) return unusable('policy action')
    const isBelow = named.startsWith('*.')
    const name = wireName(isBelow ? named.slice(2) : named)
    if (name === null) return unusable('not a domain name')
    return { names: [name], scope: isBelow ? 'below' : 'name', action, fault: null }
  }

  return {
    read(text, start, end) {
      const line = Buffer.from(text.buffer, text.byteOffset + start, end - start)
        .toString('utf8')
        .replace(/;(?=(?:[^"]*"[^"]*")*[^"]*$).*$/, '')
        .trimEnd()
      if (line.trim() === '') return NOTHING
      // A record that goes on: only of the zone's own are there such, and of texts.
      const wasOpen = open > 0
      open += count(line, '(') - count(line, ')')
      if (open < 0) open = 0
      if (wasOpen) return NOTHING
      const fields = line.trim().split(/\s+/)
      const [first = ''] = fields
      if (first.startsWith('$')) {
        if (first.toUpperCase() === '$ORIGIN') origin = absolute(fields[1] ?? '')
        return ['$ORIGIN', '$TTL'].includes(first.toUpperCase()) ? NOTHING : unusable('zone syntax')
      }
      if (/^\S/.test(line)) {
        owner = absolute(first)
        fields.shift()
      }
      return record(fields)
    },
  }
}

/** An `$ORIGIN` or an `@` with a `SOA` says which zone it is; other targets than these are answers of their own. */
function actionOf(target: string): Line['action'] | null {
  switch (target.toLowerCase()) {
    case '.':
    case '*.':
    case 'rpz-drop.':
      return 'block'
    case 'rpz-passthru.':
      return 'allow'
    default:
      return null
  }
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}
