import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { parseAddress } from '#core/ip.ts'
import { sipHash24 } from './siphash.ts'

/** Server cookies (RFC 9018 section 4): every node with the same secret makes and takes the same. */
export interface Cookies {
  /** Does the client's option (8 to 40 bytes) hold a server cookie that we gave to this address? */
  isValid(cookie: Uint8Array, source: string): boolean
  /** The option of the answer: client cookie and server cookie, 24 bytes. */
  answer(cookie: Uint8Array, source: string): Uint8Array
}

const CLIENT = 8
const WHOLE = 24
const VERSION = 1
/** RFC 9018 section 4.3, in seconds. */
const PAST = 3600
const FUTURE = 300
const RENEW = 1800

/** `secret` is 16 bytes. */
export function createCookies(secret: Uint8Array, clock: Clock): Cookies {
  function hash(cookie: Uint8Array, source: string): Uint8Array {
    const address = parseAddress(source) ?? new Uint8Array(0)
    const input = new Uint8Array(16 + address.length)
    input.set(cookie.subarray(0, 16))
    input.set(address, 16)
    return sipHash24(secret, input)
  }

  /** Seconds since it was made, in the serial arithmetic of RFC 1982; null if we did not make it. */
  function age(cookie: Uint8Array, source: string): number | null {
    if (cookie.length !== WHOLE || cookie[CLIENT] !== VERSION) return null
    if (!timingSafeEqual(hash(cookie, source), cookie.subarray(16))) return null
    const made = new DataView(cookie.buffer, cookie.byteOffset).getUint32(12)
    return (Math.floor(clock() / 1000) - made) | 0
  }

  return {
    isValid(cookie, source) {
      const seconds = age(cookie, source)
      return seconds !== null && seconds <= PAST && seconds >= -FUTURE
    },
    answer(cookie, source) {
      const seconds = cookie.length === WHOLE ? age(cookie, source) : null
      if (seconds !== null && seconds <= RENEW && seconds >= -FUTURE) return cookie
      const out = new Uint8Array(WHOLE)
      out.set(cookie.subarray(0, CLIENT))
      out[CLIENT] = VERSION
      new DataView(out.buffer).setUint32(12, Math.floor(clock() / 1000))
      out.set(hash(out, source), 16)
      return out
    },
  }
}
