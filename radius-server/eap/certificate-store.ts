import { isIP } from 'node:net'
import type { Clock } from '#core/clock.ts'
import { getOrCreateCertificate } from '#db/certificates.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Database } from '#db/connection.ts'
import type { Seal } from '#core/seal.ts'
import { makeCertificateAuthority, makeServerCertificate } from './server-certificate.ts'

const CA_NAME = 'radius-ca'
const UNNAMED_HOST = 'radius.accueil.internal'

/** A new certificate each year, while the one before is still good for more than another. */
const PERIOD_MS = 365 * 86_400_000

/** The certificate of this fleet for now: all of its machines come to the same name, so to the same row. */
export async function loadServerCertificate(
  deps: { readonly database: Database; readonly seal: Seal; readonly clock: Clock },
  publicUrl: URL,
): Promise<StoredCertificate> {
  const { database, seal, clock } = deps
  const ca = await getOrCreateCertificate(database, seal, CA_NAME, () =>
    makeCertificateAuthority(clock()),
  )
  const dnsName = serverName(publicUrl)
  const period = Math.floor(clock() / PERIOD_MS)
  return getOrCreateCertificate(database, seal, `radius-server ${dnsName} ${period}`, () =>
    makeServerCertificate(ca, dnsName, clock()),
  )
}

/** The name that devices check: the public one, if it is a name at all. */
export function serverName(publicUrl: URL): string {
  const host = publicUrl.hostname
  const isName = isIP(host.replace(/^\[|\]$/g, '')) === 0 && host !== 'localhost'
  return isName ? host : UNNAMED_HOST
}
