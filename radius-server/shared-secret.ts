import { hmacKey } from './hmac.ts'
import type { HmacKey } from './hmac.ts'

/** What a gateway and this server both know, in the forms that packets need. */
export interface SharedSecret {
  readonly bytes: Uint8Array
  readonly hmac: HmacKey
}

export function sharedSecret(text: string): SharedSecret {
  const bytes = Buffer.from(text, 'utf8')
  return { bytes, hmac: hmacKey('md5', bytes) }
}
