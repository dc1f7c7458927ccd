import type { Mac } from '#core/mac.ts'
import type { AccountingRecord } from './accounting-record.ts'
import type { LogEvent } from './log-event.ts'
import type { PublicSource } from './public-source.ts'
import type { NetworkKind } from './sites.ts'

/**
 * An event as one line of JSON, an array whose places are fixed: it is written for every packet, and
 * names would double its length. What changes the places takes a new version, and the old one stays
 * readable, since a line may lie in a spool for days.
 */
const VERSION = 2

export function encodeEvent(event: LogEvent): string {
  switch (event.kind) {
    case 'record':
      return encodeRecord(event.record)
    case 'restart': {
      const { gateway, at, cause } = event.restart
      return JSON.stringify([VERSION, 'restart', gateway, at.getTime(), cause])
    }
    case 'acceptance': {
      const { gateway, site, network, mac, ip, termsVersion, grantUntil, at } = event.acceptance
      const { publicSource } = event.acceptance
      return JSON.stringify([
        VERSION,
        'acceptance',
        gateway,
        site,
        network,
        mac,
        ip,
        termsVersion,
        grantUntil.getTime(),
        at.getTime(),
        publicSource?.ip ?? null,
        publicSource?.ports ?? null,
      ])
    }
  }
}

function encodeRecord(record: AccountingRecord): string {
  const { kind, network, sessionKey, mac, ipv4, ipv6, publicSource } = record
  const nasAt = record.nasAt === null ? null : record.nasAt.getTime()
  return (
    `[${VERSION},"${kind}",${quoted(record.gateway)},${quoted(record.site)},"${network}",` +
    `"${sessionKey}",${plain(mac)},${quoted(record.account)},${plain(ipv4)},${plain(ipv6)},` +
    `${record.at.getTime()},${nasAt},${record.sessionSeconds},${encodeCount(record.octetsIn)},` +
    `${encodeCount(record.octetsOut)},${record.counterBits},${quoted(record.cause)},` +
    `${plain(publicSource?.ip ?? null)},${plain(publicSource?.ports ?? null)}]`
  )
}

/** What this program wrote itself, of digits, letters, dots and colons. */
function plain(text: string | null): string {
  return text === null ? 'null' : `"${text}"`
}

const FIRST_PRINTABLE = 0x20
const LAST_ASCII = 0x7e
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** As JSON.stringify has it, which takes several times as long for what needs no escape. */
function quoted(text: string | null): string {
  if (text === null) return 'null'
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    const isPlain = code >= FIRST_PRINTABLE && code <= LAST_ASCII
    if (!isPlain || code === QUOTE || code === BACKSLASH) return JSON.stringify(text)
  }
  return `"${text}"`
}

/** Null: a line of a version that this program does not know. */
export function decodeEvent(line: string): LogEvent | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return null
  }
  if (!Array.isArray(parsed) || parsed[0] !== VERSION) return null
  // This program wrote the line, so that its places are the version's.
  switch (parsed[1]) {
    case 'start':
    case 'interim':
    case 'stop':
      return { kind: 'record', record: decodeRecord(parsed as unknown as RecordLine) }
    case 'restart': {
      const [, , gateway, at, cause] = parsed as unknown as RestartLine
      return { kind: 'restart', restart: { gateway, at: new Date(at), cause } }
    }
    case 'acceptance': {
      const [, , gateway, site, network, mac, ip, termsVersion, until, at, publicIp, ports] =
        parsed as unknown as AcceptanceLine
      const dates = { grantUntil: new Date(until), at: new Date(at) }
      const publicSource = decodeSource(publicIp, ports)
      const who = { gateway, site, network, mac, ip, publicSource }
      return { kind: 'acceptance', acceptance: { ...who, termsVersion, ...dates } }
    }
    default:
      return null
  }
}

type RestartLine = [number, string, gateway: string, at: number, cause: string]
type AcceptanceLine = [
  version: number,
  kind: string,
  gateway: string,
  site: string,
  network: NetworkKind,
  mac: Mac,
  ip: string | null,
  termsVersion: string,
  grantUntil: number,
  at: number,
  publicIp?: string | null,
  publicPorts?: string | null,
]
type RecordLine = [
  version: number,
  kind: AccountingRecord['kind'],
  gateway: string,
  site: string,
  network: NetworkKind,
  sessionKey: string,
  mac: Mac | null,
  account: string | null,
  ipv4: string | null,
  ipv6: string | null,
  at: number,
  nasAt: number | null,
  sessionSeconds: number | null,
  octetsIn: number | string | null,
  octetsOut: number | string | null,
  counterBits: 32 | 64 | null,
  cause: string | null,
  publicIp?: string | null,
  publicPorts?: string | null,
]

/** A line that was written before a field existed is shorter, and says null of it. */
function decodeRecord(line: RecordLine): AccountingRecord {
  return {
    kind: line[1],
    gateway: line[2],
    site: line[3],
    network: line[4],
    sessionKey: line[5],
    mac: line[6],
    account: line[7],
    ipv4: line[8],
    ipv6: line[9],
    at: new Date(line[10]),
    nasAt: line[11] === null ? null : new Date(line[11]),
    sessionSeconds: line[12],
    octetsIn: line[13] === null ? null : BigInt(line[13]),
    octetsOut: line[14] === null ? null : BigInt(line[14]),
    counterBits: line[15],
    cause: line[16],
    publicSource: decodeSource(line[17], line[18]),
  }
}

function decodeSource(
  ip: string | null | undefined,
  ports: string | null | undefined,
): PublicSource | null {
  return typeof ip === 'string' && typeof ports === 'string' ? { ip, ports } : null
}

/** JSON's numbers are exact to 2^53; above that the digits as text. */
function encodeCount(count: bigint | null): string {
  if (count === null) return 'null'
  return count <= Number.MAX_SAFE_INTEGER ? count.toString() : `"${count}"`
}
