import { hash } from 'node:crypto'
import type { Mac } from '#core/mac.ts'

/**
 * What joins the packets of one session, together with a generation: a gateway that restarts may count
 * its Acct-Session-Id from the beginning again. With the device in the key, two people never share a
 * row of the log; one device's sessions are told apart by their times.
 */
export function accountingSessionKey(
  gateway: string,
  acctSessionId: string,
  mac: Mac | null,
): string {
  return keyOf(['radius', gateway, acctSessionId, mac ?? ''])
}

/** The key of a connection that is known from an acceptance and not from accounting. */
export function portalSessionKey(gateway: string, mac: Mac): string {
  return keyOf(['portal', gateway, mac])
}

function keyOf(parts: readonly string[]): string {
  const hex = hash('sha256', parts.join('\0'), 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
