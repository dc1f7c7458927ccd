import { asciiAt, decodeText } from '../attributes.ts'

/** Longest texts that go into the log; RADIUS itself allows 253 octets. */
export const TEXT_LIMITS = { sessionId: 253, account: 253 } as const

/**
 * Octets from the network as text that Postgres takes: no NUL, no control characters, bounded. What
 * is not UTF-8 is written in hex, so that two different identifiers never become the same.
 */
export function safeText(octets: Uint8Array, limit: number): string | null {
  if (isPlain(octets) && octets.length <= limit) return asciiAt(octets, 0, octets.length)
  const text = decodeText(octets) ?? `0x${Buffer.from(octets).toString('hex')}`
  const clean = text.replace(/\p{Cc}/gu, '').trim()
  if (clean === '') return null
  // A cut through a surrogate pair is no UTF-8.
  return clean.length <= limit ? clean : clean.slice(0, limit).toWellFormed()
}

const SPACE = 0x20
const LAST_PRINTABLE = 0x7e

/** ASCII that stays as it is: nearly all that gateways send, and a decoder and two patterns less. */
function isPlain(octets: Uint8Array): boolean {
  const last = octets.length - 1
  if (last < 0 || octets[0] === SPACE || octets[last] === SPACE) return false
  for (let i = 0; i <= last; i += 1) {
    const octet = octets[i] ?? 0
    if (octet < SPACE || octet > LAST_PRINTABLE) return false
  }
  return true
}
