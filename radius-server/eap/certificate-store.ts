import { isIP } from 'node:net'
import type { Clock } from '#core/clock.ts'
import { getOrCreateCertificate } from '#db/certificates.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Database } from '#db/connection.ts'
import type { Seal } from '#core/seal.ts'
import { makeCertificateAuthority, makeServerCertificate } from './server-certificate.ts'
import type { KeyKind } from './server-certificate.ts'

const CA_NAMES = { p256: 'radius-ca', rsa: 'radius-ca-rsa' } as const
const SERVER_NAMES = { p256: 'radius-server', rsa: 'radius-server-rsa' } as const
const UNNAMED_HOST = 'radius.accueil.internal'

/** A new certificate each year, while the one before is still good for more than another. */
const PERIOD_MS = 365 * 86_400_000

/** The certificate of this fleet for now: all of its machines come to the same name, so to the same row. */
export async function loadServerCertificate(
  deps: { readonly database: Database; readonly seal: Seal; readonly clock: Clock },
  publicUrl: URL,
  kind: KeyKind,
): Promise<StoredCertificate> {
  const { database, seal, clock } = deps
  const ca = await getOrCreateCertificate(database, seal, CA_NAMES[kind], () =>
    makeCertificateAuthority(clock(), kind),
  )
  const dnsName = serverName(publicUrl)
  const name = `${SERVER_NAMES[kind]} ${dnsName} ${Math.floor(clock() / PERIOD_MS)}`
  return getOrCreateCertificate(database, seal, name, () =>
    makeServerCertificate(ca, dnsName, clock(), kind),
  )
}

/** The name that devices check: the public one, if it is a name at all. */
export function serverName(publicUrl: URL): string {
  const host = publicUrl.hostname
  const isName = isIP(host.replace(/^\[|\]$/g, '')) === 0 && host !== 'localhost'
  return isName ? host : UNNAMED_HOST
}
