import { createDecipheriv, createHash } from 'node:crypto'
import { LIMITS } from '../limits.ts'

/** What proves to the gateway that we hold its key: sha256hex(hid + faskey). */
export function returnToken(hid: string, fasKey: string): string {
  return createHash('sha256')
    .update(hid + fasKey)
    .digest('hex')
}

/** Levels 1 and 4: base64 of the fields. */
export function decodeFas(fas: string): ReadonlyMap<string, string> | null {
  const bytes = fromBase64(fas)
  return bytes === null ? null : fieldsOf(bytes.toString('utf8'))
}

/**
 * Levels 2 and 3: base64 of base64 of AES-256-CBC. openNDS calls PHP's openssl_encrypt, which takes the
 * key as it is, cut or filled with zeros to 32 bytes, and the 16 characters of `iv` as bytes.
 */
export function decryptFas(
  fas: string,
  iv: string,
  fasKey: string,
): ReadonlyMap<string, string> | null {
  const inner = fromBase64(fas)?.toString('latin1')
  const sealed = inner === undefined ? null : fromBase64(inner)
  if (sealed === null || !/^[\x21-\x7e]{16}$/.test(iv)) return null
  const key = Buffer.alloc(32)
  key.write(fasKey, 'utf8')
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from(iv, 'latin1'))
    return fieldsOf(Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8'))
  } catch {
    return null // the padding is wrong: another key, or altered
  }
}

/** Splits `a=1, b=2, …` on comma and space, then on the first `=`; values stay as sent. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const pair of text.split(', ')) {
    const equals = pair.indexOf('=')
    const key = pair.slice(0, equals)
    // The first one wins: custom parameters stand last and must not replace what the gateway said.
    if (equals > 0 && !fields.has(key)) fields.set(key, pair.slice(equals + 1))
  }
  return fields
}

function fromBase64(text: string): Buffer | null {
  if (text === '' || text.length > LIMITS.fasValue) return null
  // A `+` that was not percent-encoded has become a space on its way.
  const base64 = text.replaceAll(' ', '+')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : null
}

/** The name is percent-encoded, and openNDS may append ` Node:<mac>` to what its owner configured. */
export function gatewayName(sent: string): string {
  let name = sent
  try {
    name = decodeURIComponent(sent)
  } catch {
    // A lone % is part of a name that was sent unencoded.
  }
  return name.replace(/ Node:[0-9a-f:]*\s*$/i, '').trim()
}
