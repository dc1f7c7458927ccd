import { hmacMd5Key } from '#core/md5.ts'
import type { HmacMd5Key } from '#core/md5.ts'

/** What a gateway and this server both know, in the forms that packets need. */
export interface SharedSecret {
  readonly bytes: Uint8Array
  readonly hmac: HmacMd5Key
}

export function sharedSecret(text: string): SharedSecret {
  const bytes = Buffer.from(text, 'utf8')
  return { bytes, hmac: hmacMd5Key(bytes) }
}
