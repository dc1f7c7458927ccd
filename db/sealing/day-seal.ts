import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

/** What is stated of one closed day. Digests are hex. */
export interface DayStatement {
  /** `2026-11-23`, in UTC. */
  readonly day: string
  readonly connections: number
  readonly formerAddresses: number
  /** Amendments made on that day, to rows of sealed days before it. */
  readonly amendments: number
  /** Of all rows of the day. */
  readonly digest: string
  /** Of the short list by which a touched row is named. */
  readonly leaves: string
  /** The link of the seal before; zeros for the first. */
  readonly previous: string
  readonly keyId: string
  readonly sealedAt: Date
}

export interface DaySeal extends DayStatement {
  /** Ed25519 over the statement's text, base64. */
  readonly signature: string
}

export const FIRST_PREVIOUS = '0'.repeat(64)

/** The text that is signed: one fact a line, in this order, each line ended by a line feed. */
export function statementText(statement: DayStatement): string {
  return [
    'accueil day seal 1',
    `day ${statement.day}`,
    `connections ${statement.connections}`,
    `former-addresses ${statement.formerAddresses}`,
    `amendments ${statement.amendments}`,
    `rows-sha256 ${statement.digest}`,
    `leaves-sha256 ${statement.leaves}`,
    `previous ${statement.previous}`,
    `key ${statement.keyId}`,
    `sealed-at ${statement.sealedAt.toISOString()}`,
    '',
  ].join('\n')
}

/** What the next day's seal carries of this one. */
export function linkOf(seal: DaySeal): string {
  return createHash('sha256').update(statementText(seal)).update(seal.signature).digest('hex')
}

export function signBytes(privatePem: string, bytes: string | Uint8Array): string {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return sign(null, data, createPrivateKey(privatePem)).toString('base64')
}

/** False too for a key or a signature that cannot be read. */
export function signatureFits(
  publicPem: string,
  bytes: string | Uint8Array,
  signature: string,
): boolean {
  try {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    const key = createPublicKey(publicPem)
    return (
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, data, key, Buffer.from(signature, 'base64'))
    )
  } catch {
    return false
  }
}

/** Whether that is the key called `id`; false too when it is no key. */
export function isKey(publicPem: string, id: string): boolean {
  try {
    return keyIdOf(publicPem) === id
  } catch {
    return false
  }
}

/** The name of a public key: the first half of its SHA-256, in hex. Throws when it is no key. */
export function keyIdOf(publicPem: string): string {
  const der = createPublicKey(publicPem).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 32)
}
