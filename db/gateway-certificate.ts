import { X509Certificate } from 'node:crypto'
import { AppError } from '#core/error.ts'
import { makeGateway } from '#core/pki/leaves.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import type { Seal } from '#core/seal.ts'
import { writeAuditLine } from './audit.ts'
import { hexOf } from './authorities.ts'
import type { Database } from './connection.ts'
import { loadGenerations, loadIssuing, rootsOf } from './own-authority.ts'

/** What a gateway needs for RadSec: each as PEM. */
export interface GatewayCertificate {
  /** With what stands between it and the root. */
  readonly certificate: string
  /** In nobody else's hands: it is not kept. */
  readonly key: string
  /** What it must trust, of today and of the next rotation. */
  readonly roots: string
  /** SHA-256, lower-case hex: what is declared under `radsec: { certificate: sha256:… }`. */
  readonly sha256: string
}

/** A certificate of the house for the gateway of this name, which must be declared. */
export async function issueGatewayCertificate(
  database: Database,
  seal: Seal,
  o: { readonly gateway: string; readonly now: number; readonly actor: string },
): Promise<GatewayCertificate> {
  const [declared] = await database.sql`
    select 1 from house.gateway where name = ${o.gateway}`
  if (declared === undefined) {
    throw new AppError('gateway', `there is no gateway "${o.gateway}"; declare it, and apply`)
  }
  const issuing = await loadIssuing(database, seal)
  if (issuing === null) {
    throw new AppError(
      'authority',
      'there is no certificate authority yet: the RADIUS server makes it at its first start',
    )
  }
  const leaf = await makeGateway(issuing.by, o.gateway, o.now)
  const sha256 = hexOf(new X509Certificate(leaf.pem).fingerprint256)
  await writeAuditLine(database.sql, {
    ...{ actor: o.actor, action: 'authority.gateway', subject: o.gateway, reason: null },
    details: { serial: leaf.serial, sha256 },
  })
  const roots = rootsOf(await loadGenerations(database), o.now)
  const between = certificatesOf(issuing.issuingPem)
  return {
    certificate: [leaf.pem, ...between].join(''),
    key: leaf.keyPem,
    roots: roots.join(''),
    sha256,
  }
}
