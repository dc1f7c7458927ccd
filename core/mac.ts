/** A hardware address as `aa:bb:cc:dd:ee:ff`. */
export type Mac = string & { readonly __mac: true }

const SPELLINGS = [
  /^([0-9a-f]{2})-([0-9a-f]{2})-([0-9a-f]{2})-([0-9a-f]{2})-([0-9a-f]{2})-([0-9a-f]{2})$/i,
  /^([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i,
]
const LONGEST_SPELLING = 17

/**
 * Reads the six spellings that gateways use in User-Name and Calling-Station-Id:
 * `AA-BB-CC-DD-EE-FF` (RFC 3580 §3.21), `aa:bb:cc:dd:ee:ff`, `aabb.ccdd.eeff`, `aabbcc-ddeeff`,
 * `aabbccddeeff`, `AABBCCDDEEFF`. Anything else is null.
 */
export function parseMac(text: string): Mac | null {
  if (text.length < 12 || text.length > LONGEST_SPELLING) return null
  for (const spelling of SPELLINGS) {
    const match = spelling.exec(text)
    if (match !== null) return match.slice(1).join(':').toLowerCase() as Mac
  }
  return null
}

/** True for an address that the device made up (IEEE 802 U/L bit), as phones do for privacy. */
export function isLocallyAdministered(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 0x02) !== 0
}
