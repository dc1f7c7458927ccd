import { hmacMd5Key } from '#core/md5.ts'
import type { HmacMd5Key } from '#core/md5.ts'

/** What a gateway and this server both know, in the forms that packets need. */
export interface SharedSecret {
  readonly bytes: Uint8Array
  readonly hmac: HmacMd5Key
  /** False over RADIUS/1.1, where TLS alone signs and hides (RFC 9765): nothing is hashed with it. */
  readonly isUsed: boolean
}

/** RADIUS/1.1 has none. */
export const NO_SECRET: SharedSecret = { ...sharedSecret(''), isUsed: false }

/** RFC 6614 §2.3: everyone's over RadSec, since TLS has proved the rest. */
export const RADSEC_SECRET = sharedSecret('radsec')

export function sharedSecret(text: string): SharedSecret {
  const bytes = Buffer.from(text, 'utf8')
  return { bytes, hmac: hmacMd5Key(bytes), isUsed: true }
}
