import { X509Certificate } from 'node:crypto'
import type { Database } from './connection.ts'

/** Who may issue certificates to gateways. */
export interface Authority {
  readonly name: string
  readonly pem: string
  /** SHA-256 of its certificate, lower-case hex. */
  readonly sha256: string
  /** Serial numbers of certificates that no longer count, as `serialOf` spells them. */
  readonly revoked: ReadonlySet<string>
}

export async function loadAuthorities(
  database: Pick<Database, 'kysely'>,
): Promise<readonly Authority[]> {
  const rows = await database.kysely
    .selectFrom('house.authority')
    .selectAll()
    .orderBy('name')
    .execute()
  return rows.map(({ name, pem, revoked }) => ({
    name,
    pem,
    sha256: hexOf(new X509Certificate(pem).fingerprint256),
    revoked: new Set(revoked),
  }))
}

/** `AB:CD…` as lower-case hex. */
export function hexOf(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}

/** One spelling of a serial number: lower-case hex without colons and leading zeros. */
export function serialOf(text: string): string {
  return hexOf(text).replace(/^0+(?=.)/, '')
}
