import type { QuarantinedEvent } from '#db/quarantine-review.ts'

/** What of an event a person needs to judge it; nothing else of its content is shown. */
const SHOWN = [
  ...['kind', 'site', 'network', 'acctSessionId', 'mac', 'account', 'ipv4', 'ipv6', 'at', 'cause'],
] as const
const LONGEST_VALUE = 120
const LONGEST_REASON = 300

/** Two lines for a terminal, of text that came from the network. */
export function quarantineLines({ id, at, gateway, reason, content }: QuarantinedEvent): string {
  const facts = [id, at.toISOString(), visible(gateway, LONGEST_VALUE)].join('  ')
  return `${facts}  ${visible(reason, LONGEST_REASON)}\n    ${contentOf(content)}\n`
}

function contentOf(content: string): string {
  const event = parsed(content)
  if (event === null) return `${content.length} characters that are no event of this version`
  return SHOWN.flatMap((name) => {
    const value = written(event[name])
    return value === null ? [] : [`${name}=${visible(value, LONGEST_VALUE)}`]
  }).join(' ')
}

/** The fields of the record, or of the restart, whichever it is. */
function parsed(content: string): Readonly<Record<string, unknown>> | null {
  try {
    const event: unknown = JSON.parse(content)
    if (typeof event !== 'object' || event === null) return null
    const inner = Object.entries(event).find(([name]) => ['record', 'restart'].includes(name))?.[1]
    return typeof inner === 'object' && inner !== null ? { kind: 'restart', ...inner } : null
  } catch {
    return null
  }
}

function written(value: unknown): string | null {
  if (typeof value === 'string') return value
  const isInstant = typeof value === 'object' && value !== null && '$t' in value
  const at = isInstant ? new Date(Number(value.$t)) : null
  return at === null ? null : Number.isNaN(at.getTime()) ? 'no time' : at.toISOString()
}

/** Control and direction characters would let a packet write on the terminal of who looks. */
function visible(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}
