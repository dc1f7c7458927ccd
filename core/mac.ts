/** A hardware address as `aa:bb:cc:dd:ee:ff`. */
export type Mac = string & { readonly __mac: true }

const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a

/** Where the twelve digits of a spelling are, and what stands between them, by its length. */
const SPELLINGS = new Map([
  [12, spelling(12, [])],
  [13, spelling(6, [DASH])],
  [14, spelling(4, [DOT])],
  [17, spelling(2, [DASH, COLON])],
])

interface Spelling {
  readonly digits: readonly number[]
  readonly gaps: readonly number[]
  readonly separators: readonly number[]
}

function spelling(group: number, separators: readonly number[]): Spelling {
  const digits = Array.from({ length: 12 }, (_, n) => n + Math.floor(n / group))
  const gaps = Array.from({ length: 12 / group - 1 }, (_, n) => (n + 1) * (group + 1) - 1)
  return { digits, gaps, separators }
}

/** From the code of a hexadecimal digit to the code of it in lower case; 0 is no digit. */
const LOWER = new Uint8Array(128)
for (const digit of '0123456789abcdefABCDEF') {
  LOWER[digit.charCodeAt(0)] = digit.toLowerCase().charCodeAt(0)
}

/** Of the answer, with its colons; only the digits are ever written. */
const codes: number[] = Array.from({ length: 17 }, () => COLON)
const PLACES = spelling(2, []).digits

/**
 * Reads the six spellings that gateways use in User-Name and Calling-Station-Id:
 * `AA-BB-CC-DD-EE-FF` (RFC 3580 §3.21), `aa:bb:cc:dd:ee:ff`, `aabb.ccdd.eeff`, `aabbcc-ddeeff`,
 * `aabbccddeeff`, `AABBCCDDEEFF`. Anything else is null.
 *
 * A packet of a guest is read by it up to three times, so it makes nothing but its answer.
 */
export function parseMac(text: string): Mac | null {
  const found = SPELLINGS.get(text.length)
  if (found === undefined) return null
  const { digits, gaps, separators } = found
  if (gaps.length > 0) {
    const separator = text.charCodeAt(gaps[0] ?? 0)
    if (!separators.includes(separator)) return null
    for (const gap of gaps) if (text.charCodeAt(gap) !== separator) return null
  }
  for (let n = 0; n < 12; n++) {
    const code = text.charCodeAt(digits[n] ?? 0)
    const lower = code < 128 ? (LOWER[code] ?? 0) : 0
    if (lower === 0) return null
    codes[PLACES[n] ?? 0] = lower
  }
  return String.fromCharCode(...codes) as Mac
}

/** True for an address that the device made up (IEEE 802 U/L bit), as phones do for privacy. */
export function isLocallyAdministered(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 0x02) !== 0
}
