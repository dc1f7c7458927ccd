import { vendorAttribute } from './attributes.ts'
import type { Attribute } from './attributes.ts'
import { MICROSOFT } from './dictionary.ts'
import { createSalts, hideSalted } from './obfuscation.ts'
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
  const salts = createSalts()
  const recv = hideSalted(keys.receive, salts(), authenticator, secret)
  const send = hideSalted(keys.send, salts(), authenticator, secret)
  return [
    vendorAttribute(MICROSOFT.vendor, MICROSOFT['MS-MPPE-Recv-Key'], recv),
    vendorAttribute(MICROSOFT.vendor, MICROSOFT['MS-MPPE-Send-Key'], send),
  ]
}
