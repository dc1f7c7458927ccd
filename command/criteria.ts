import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Criteria } from '#db/connections.ts'
import { readInstant } from '#core/instant.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const

/** The words by which rows of the log are asked for, the same for every command that asks. */
export const CRITERIA_OPTIONS = {
  mac: text,
  ip: text,
  user: text,
  site: text,
  'public-ip': text,
  port: text,
  at: text,
  from: text,
  to: text,
} as const

export const CRITERIA_USAGE =
  '[--mac M] [--ip A] [--user U] [--site C] [--public-ip A [--port N]] [--at T | --from T --to T]'

type Values = Readonly<Record<string, string | boolean | undefined>>

export function requireReason(given: string | undefined): string {
  const reason = given?.trim() ?? ''
  if (reason !== '') return reason
  throw new UsageError('--reason is missing: say why you look, it is kept with your name')
}

/** Reads the criteria of the command line; throws a sentence about the first that cannot be read. */
export function readCriteria(values: Values): Criteria {
  const given = (name: string): string | null => {
    const value = values[name]
    return typeof value === 'string' ? value.trim() : null
  }
  const read = <T>(
    name: string,
    parse: (written: string) => T | null,
    example: string,
  ): T | null => {
    const written = given(name)
    if (written === null) return null
    const value = parse(written)
    if (value !== null) return value
    throw new UsageError(`--${name} "${written}" cannot be read; give it as ${example}`)
  }
  const at = instantOf('at', given('at'))
  const from = instantOf('from', given('from'))
  const to = instantOf('to', given('to'))
  if (at !== null && (from !== null || to !== null)) {
    throw new UsageError('--at stands alone, without --from and --to')
  }
  const criteria = {
    mac: read('mac', parseMac, 'AA-BB-CC-DD-EE-FF'),
    ip: read('ip', canonicalAddress, '192.0.2.7 or 2001:db8::7'),
    user: given('user')?.toLowerCase() ?? null,
    site: given('site'),
    publicIp: read('public-ip', canonicalAddress, '198.51.100.7'),
    publicPort: read('port', portNumber, 'a number from 1 to 65535'),
    from: at ?? from,
    to: at ?? to,
  }
  if (criteria.publicPort !== null && criteria.publicIp === null) {
    throw new UsageError('--port is a port of an address: give --public-ip too')
  }
  if (Object.values(criteria).every((value) => value === null)) {
    throw new UsageError(`say what to look for: ${CRITERIA_USAGE}`)
  }
  return criteria
}

function instantOf(name: string, written: string | null): Date | null {
  if (written === null) return null
  const read = readInstant(written)
  if (read.ok) return read.at
  throw new UsageError(`--${name} "${written}" ${read.reason}`)
}

function portNumber(written: string): number | null {
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0
  return port >= 1 && port <= 65_535 ? port : null
}

function canonicalAddress(written: string): string | null {
  const bytes = parseAddress(written)
  return bytes === null ? null : formatAddress(bytes)
}
