import { X509Certificate, createHash } from 'node:crypto'
import { derOf } from '#core/pki/pem.ts'

/** Which network, and by what a device knows that it is the right one. */
export interface StaffNetwork {
  readonly organisation: string
  readonly ssids: readonly string[]
  /** After the @ of the name outside the tunnel; null: none. */
  readonly realm: string | null
  /** The one DNS name that the server's certificate has. */
  readonly serverName: string
  /** The roots of today and of the next rotation, each as PEM. */
  readonly roots: readonly string[]
}

export type ProfileCredential =
  | {
      readonly kind: 'certificate'
      readonly id: string
      readonly certificatePem: string
      /** Between it and the root. */
      readonly chainPem: readonly string[]
      readonly keyPem: string
      readonly passphrase: string
      readonly endsAt: number
    }
  | {
      readonly kind: 'password'
      readonly id: string
      readonly username: string
      readonly password: string
      readonly endsAt: number
    }

/** One file for a device: what it is called, what it is, and its octets. */
export interface ProfileFile {
  readonly name: string
  readonly type: string
  readonly content: Uint8Array<ArrayBuffer>
}

/** Outside the tunnel everybody has the same name. */
export function outerIdentity({ realm }: Pick<StaffNetwork, 'realm'>): string {
  return realm === null ? 'anonymous' : `anonymous@${realm}`
}

/** What systems call the network of profiles, the same in each: one replaces the older. */
export function networkId({ serverName }: Pick<StaffNetwork, 'serverName'>): string {
  return `${serverName.split('.').toReversed().join('.')}.wifi`
}

/** A UUID that is always the same for the same text (RFC 9562 §5.8). */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`accueil ${text}`).digest('hex').slice(0, 32)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}

export function base64Of(pem: string): string {
  return Buffer.from(derOf(pem)).toString('base64')
}

/** SHA-1, in lower-case hex: how Windows names a certificate. */
export function thumbprint(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(':', '').toLowerCase()
}

/** Safe between tags and in attributes. What XML cannot have is left out. */
export function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}

/** A file name that every system takes. */
export function fileName(
  { organisation }: Pick<StaffNetwork, 'organisation'>,
  end: string,
): string {
  const plain = organisation
    .normalize('NFD')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return `${plain === '' ? 'wifi' : plain}-wifi.${end}`
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'utf8'))
}
