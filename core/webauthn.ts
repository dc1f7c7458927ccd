import { createPublicKey, hash, timingSafeEqual, verify } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'

/*
 * Web Authentication, level 2, as far as a second factor needs it: without attestation, and with the authenticator
 * data as browsers give it out, so that there is no CBOR to read but a key, which CTAP2 writes in one way only.
 */

/** What a browser must have been told, and where. */
export interface Expected {
  /** Our host: a credential of another site is not shown here. */
  readonly rpId: string
  readonly origin: string
  /** As it was given out. */
  readonly challenge: string
}

/** What the browser sends of a new credential; all of it octets. */
export interface Registration {
  readonly clientData: Uint8Array
  readonly authenticatorData: Uint8Array
}

export interface Assertion extends Registration {
  readonly signature: Uint8Array
}

export interface NewCredential {
  /** Base64url. */
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly signCount: number
}

export type WebAuthnFault =
  | 'malformed'
  | 'wrong-type'
  | 'wrong-challenge'
  | 'wrong-origin'
  | 'wrong-site'
  | 'nobody-present'
  | 'unknown-key'
  | 'bad-signature'
  /** The counter went back: there are two of what should be one. */
  | 'copied'

type Checked<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly fault: WebAuthnFault }

/** COSE algorithms that `readKey` knows (RFC 9053, RFC 8812): ES256, EdDSA, RS256. */
export const WEBAUTHN_ALGORITHMS = [-7, -8, -257] as const

const LIMITS = { clientData: 4_096, authenticatorData: 4_096, signature: 1_024, id: 1_023 } as const
const FLAG = { present: 0x01, attested: 0x40 } as const
const HEAD_BYTES = 37
const AAGUID_BYTES = 16

/** §7.1: what a browser says of a credential that it has just made. */
export function checkRegistration(
  { clientData, authenticatorData }: Registration,
  expected: Expected,
): Checked<NewCredential> {
  const head = checkHead('webauthn.create', clientData, authenticatorData, expected)
  if (!head.ok) return head
  if ((head.flags & FLAG.attested) === 0) return fault('malformed')
  const data = Buffer.from(authenticatorData)
  const lengthAt = HEAD_BYTES + AAGUID_BYTES
  if (data.length < lengthAt + 2) return fault('malformed')
  const length = data.readUInt16BE(lengthAt)
  const idAt = lengthAt + 2
  if (length === 0 || length > LIMITS.id || data.length < idAt + length) return fault('malformed')
  const publicKey = readKey(data.subarray(idAt + length))
  if (publicKey === null) return fault('unknown-key')
  const id = data.subarray(idAt, idAt + length).toString('base64url')
  return { ok: true, id, publicKey, signCount: head.signCount }
}

/** §7.2: what a browser says when somebody shows a credential. */
export function checkAssertion(
  { clientData, authenticatorData, signature }: Assertion,
  known: Pick<NewCredential, 'publicKey' | 'signCount'>,
  expected: Expected,
): Checked<{ readonly signCount: number }> {
  const head = checkHead('webauthn.get', clientData, authenticatorData, expected)
  if (!head.ok) return head
  if (signature.length === 0 || signature.length > LIMITS.signature) return fault('malformed')
  const key = createPublicKey({ key: Buffer.from(known.publicKey), format: 'der', type: 'spki' })
  const signed = Buffer.concat([authenticatorData, hash('sha256', clientData, 'buffer')])
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  if (!verify(digest, signed, key, signature)) return fault('bad-signature')
  const { signCount } = head
  // Zero on both sides: an authenticator that does not count, as those that are synchronised.
  const counts = signCount !== 0 || known.signCount !== 0
  return counts && signCount <= known.signCount ? fault('copied') : { ok: true, signCount }
}

function checkHead(
  type: 'webauthn.create' | 'webauthn.get',
  clientData: Uint8Array,
  authenticatorData: Uint8Array,
  { rpId, origin, challenge }: Expected,
): Checked<{ readonly flags: number; readonly signCount: number }> {
  if (clientData.length > LIMITS.clientData) return fault('malformed')
  if (authenticatorData.length > LIMITS.authenticatorData) return fault('malformed')
  if (authenticatorData.length < HEAD_BYTES) return fault('malformed')
  const said = readJson(clientData)
  if (said === null) return fault('malformed')
  if (said['type'] !== type) return fault('wrong-type')
  if (said['challenge'] !== challenge) return fault('wrong-challenge')
  if (said['origin'] !== origin || said['crossOrigin'] === true) return fault('wrong-origin')
  const data = Buffer.from(authenticatorData)
  const site = hash('sha256', rpId, 'buffer')
  if (!timingSafeEqual(site, data.subarray(0, 32))) return fault('wrong-site')
  const flags = data.readUInt8(32)
  if ((flags & FLAG.present) === 0) return fault('nobody-present')
  return { ok: true, flags, signCount: data.readUInt32BE(33) }
}

function readJson(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

/*
 * COSE keys as CTAP2 §6 has them: the shortest form, in one order. Between the octets that are always the same stand
 * the numbers of the key.
 */
const SHAPES: readonly {
  readonly fixed: readonly (string | number)[]
  readonly jwk: (numbers: readonly string[]) => JsonWebKey
}[] = [
  {
    fixed: ['a5010203262001215820', 32, '225820', 32],
    jwk: ([x = '', y = '']) => ({ kty: 'EC', crv: 'P-256', x, y }),
  },
  {
    fixed: ['a4010103272006215820', 32],
    jwk: ([x = '']) => ({ kty: 'OKP', crv: 'Ed25519', x }),
  },
  {
    fixed: ['a401030339010020590100', 256, '2143010001'],
    jwk: ([n = '']) => ({ kty: 'RSA', n, e: 'AQAB' }),
  },
]

/** Extensions may stand behind it. */
function readKey(bytes: Buffer): Uint8Array | null {
  for (const { fixed, jwk } of SHAPES) {
    const numbers = take(bytes, fixed)
    if (numbers === null) continue
    try {
      const key = createPublicKey({ key: jwk(numbers), format: 'jwk' })
      return key.export({ format: 'der', type: 'spki' })
    } catch {
      // A point that is not on its curve.
      return null
    }
  }
  return null
}

function take(bytes: Buffer, fixed: readonly (string | number)[]): readonly string[] | null {
  const numbers: string[] = []
  let at = 0
  for (const part of fixed) {
    const length = typeof part === 'number' ? part : part.length / 2
    const piece = bytes.subarray(at, at + length)
    if (piece.length < length) return null
    if (typeof part === 'number') numbers.push(piece.toString('base64url'))
    else if (piece.toString('hex') !== part) return null
    at += length
  }
  return numbers
}

function fault(reason: WebAuthnFault): { readonly ok: false; readonly fault: WebAuthnFault } {
  return { ok: false, fault: reason }
}
