import { hostname } from 'node:os'
import type { AlertMessage } from './alert-message.ts'

/** RFC 5424 §6.2.1: log audit; alert for what is urgent, else warning, and notice for a test. */
const FACILITY = 13
const SEVERITY = { urgent: 1, other: 4, test: 5 } as const
/** The number of RFC 5612 for examples: the project has none of its own. */
const DATA_ID = 'accueil@32473'
const LONGEST_NAME = 32

/** One message of RFC 5424, without a line end. `host` is this machine. */
export function syslogLine(message: AlertMessage, host = hostname()): string {
  const { id, kind, urgent, at, title, toDo, link, fields } = message
  const severity = kind === 'test' ? SEVERITY.test : urgent ? SEVERITY.urgent : SEVERITY.other
  const named: AlertMessage['fields'] = { id, ...fields, link: link.url }
  const data = Object.entries(named)
    .map(([name, value]) => ` ${name.slice(0, LONGEST_NAME)}="${escaped(String(value))}"`)
    .join('')
  const head = [
    `<${FACILITY * 8 + severity}>1`,
    at.toISOString(),
    host.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-',
    'accueil',
    String(process.pid),
    kind,
    `[${DATA_ID}${data}]`,
  ]
  // With the mark of UTF-8 (§6.4).
  return `${head.join(' ')} \ufeff${title}. ${toDo}`
}

/** §6.3.3. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, String.raw`\$&`)
}

/** One object, for who reads JSON lines. */
export function jsonLine(message: AlertMessage, host = hostname()): string {
  const { id, kind, urgent, at, title, toDo, link, fields } = message
  return JSON.stringify({
    ...{ time: at.toISOString(), host, app: 'accueil', id, kind, urgent, title },
    ...fields,
    ...{ toDo, link: link.url },
  })
}
