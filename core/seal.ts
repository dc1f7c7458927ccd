import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { randomOctets } from './random-octets.ts'

/** Keeps secrets at rest and hands tokens to browsers: AES-256-GCM under a key derived for each use. */
export interface Seal {
  /** URL-safe text. `context` says what it is for and must be given again to open it. */
  seal(plain: string | Uint8Array, context: string): string
  /** Null: altered, of another context, or of another master key. */
  open(sealed: string, context: string): Uint8Array | null
  /** 32 bytes, the same for the same text and context: to find what must not be readable. */
  digest(text: string, context: string): Uint8Array
}

const VERSION = 'a1.'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const LONGEST_SEALED = 65_536

/** `masterKey` is 32 bytes. */
export function createSeal(masterKey: Uint8Array): Seal {
  if (masterKey.length !== 32)
    throw new RangeError(`a master key has 32 bytes, not ${masterKey.length}`)
  // As objects: Node takes four times as long with the octets of a key.
  const keyFor = (use: string): KeyObject =>
    createSecretKey(new Uint8Array(hkdfSync('sha256', masterKey, '', use, 32)))
  const key = keyFor('accueil seal 1')
  const digestKey = keyFor('accueil digest 1')
  return {
    digest: (text, context) =>
      new Uint8Array(createHmac('sha256', digestKey).update(`${context}\0${text}`).digest()),
    seal(plain, context) {
      const nonce = randomOctets(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
      // GCM keeps nothing back for it.
      cipher.final()
      return VERSION + Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed, context) {
      if (!sealed.startsWith(VERSION) || sealed.length > LONGEST_SEALED) return null
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
      try {
        const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)
        return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
      } catch {
        return null // final() throws exactly when the tag does not match
      }
    },
  }
}
