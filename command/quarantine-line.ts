import { printable } from '#core/printable.ts'
import { eventOf } from '#db/quarantine-review.ts'
import type { QuarantinedEvent } from '#db/quarantine-review.ts'
import type { LogEvent } from '#db/log-event.ts'

type Facts = Readonly<Record<string, string | Date | null>>

const LONGEST_VALUE = 120
const LONGEST_REASON = 300

/** Two lines for a terminal, of text that came from the network. */
export function quarantineLines(row: QuarantinedEvent): string {
  const { id, at, gateway, reason, content } = row
  const head = [id, at.toISOString(), visible(gateway, LONGEST_VALUE), visible(reason)]
  const event = eventOf(row)
  const facts =
    event === null
      ? `${content.length} characters that are no event of this version`
      : written(factsOf(event))
  return `${head.join('  ')}\n    ${facts}\n`
}

/** What of an event a person needs to judge it, by name: what is added to events is not shown by itself. */
function factsOf(event: LogEvent): Facts {
  switch (event.kind) {
    case 'record': {
      const { kind, site, network, mac, account, ipv4, ipv6, at, cause } = event.record
      return { kind, site, network, mac, account, ipv4, ipv6, at, cause }
    }
    case 'restart': {
      const { at, cause } = event.restart
      return { kind: 'restart', at, cause }
    }
    case 'acceptance': {
      const { site, network, mac, ip, termsVersion, at } = event.acceptance
      return { kind: 'acceptance', site, network, mac, ip, termsVersion, at }
    }
  }
}

function written(facts: Facts): string {
  return Object.entries(facts)
    .flatMap(([name, value]) =>
      value === null ? [] : [`${name}=${visible(textOf(value), LONGEST_VALUE)}`],
    )
    .join(' ')
}

function textOf(value: string | Date): string {
  if (!(value instanceof Date)) return value
  return Number.isNaN(value.getTime()) ? 'no time' : value.toISOString()
}

/** Control and direction characters would let a packet write on the terminal of who looks. */
export function visible(text: string, longest = LONGEST_REASON): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return printable(cut)
}
