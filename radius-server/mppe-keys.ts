import { randomBytes } from 'node:crypto'
import { vendorAttribute } from './attributes.ts'
import type { Attribute } from './attributes.ts'
import { MICROSOFT } from './dictionary.ts'
import { hideKey } from './obfuscation.ts'
import type { SharedSecret } from './shared-secret.ts'

const KEY_BYTES = 32

/** The MSK for the access point: its first half is what it receives with, the second what it sends with. */
export function mskAttributes(
  msk: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Attribute[] {
  const receive = msk.subarray(0, KEY_BYTES)
  const send = msk.subarray(KEY_BYTES, 2 * KEY_BYTES)
  return mppeKeyAttributes({ receive, send }, authenticator, secret)
}

export function mppeKeyAttributes(
  keys: { readonly receive: Uint8Array; readonly send: Uint8Array },
  authenticator: Uint8Array,
  secret: SharedSecret,
): Attribute[] {
  const [high = 0, low = 0] = randomBytes(2)
  const recv = hideKey(keys.receive, Uint8Array.of(high, low), authenticator, secret)
  // RFC 2548 §2.4.2: the salts of a packet must differ.
  const send = hideKey(keys.send, Uint8Array.of(high, low ^ 1), authenticator, secret)
  return [
    vendorAttribute(MICROSOFT.vendor, MICROSOFT['MS-MPPE-Recv-Key'], recv),
    vendorAttribute(MICROSOFT.vendor, MICROSOFT['MS-MPPE-Send-Key'], send),
  ]
}
