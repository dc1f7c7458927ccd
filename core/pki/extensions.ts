import { createHash } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'

export const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  ocsp: '1.3.6.1.5.5.7.48.1',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Bits of KeyUsage (RFC 5280 §4.2.1.3) and how many at the end are not used. */
const KEY_USAGES = {
  signs: { bits: 0x80, unused: 7 },
  certifies: { bits: 0x06, unused: 1 },
  // A root that also answers for what it revoked.
  certifiesAndSigns: { bits: 0x86, unused: 1 },
} as const

/** Kinds of GeneralName (RFC 5280 §4.2.1.6). */
const DNS_NAME = 2
const URI = 6
const IP_ADDRESS = 7

export function extension(id: string, critical: boolean, value: asn1js.BaseBlock): pkijs.Extension {
  return new pkijs.Extension({ extnID: id, critical, extnValue: value.toBER(false) })
}

/** `path` is how many authorities may stand below. */
export function authorityExtension(path: number): pkijs.Extension {
  const constraints = new pkijs.BasicConstraints({ cA: true, pathLenConstraint: path })
  return extension(OID.basicConstraints, true, constraints.toSchema())
}

export function noAuthorityExtension(): pkijs.Extension {
  return extension(OID.basicConstraints, true, new pkijs.BasicConstraints({ cA: false }).toSchema())
}

export function keyUsageExtension(usage: keyof typeof KEY_USAGES): pkijs.Extension {
  const { bits, unused } = KEY_USAGES[usage]
  const value = new asn1js.BitString({
    valueHex: Uint8Array.of(bits).buffer,
    unusedBits: unused,
  })
  return extension(OID.keyUsage, true, value)
}

export function purposeExtension(...purposes: readonly string[]): pkijs.Extension {
  const usage = new pkijs.ExtKeyUsage({ keyPurposes: [...purposes] })
  return extension(OID.extendedKeyUsage, false, usage.toSchema())
}

/** Nobody asks whether who answers for others still counts: it does so for a day (RFC 6960 §4.2.2.2.1). */
export function ocspNoCheckExtension(): pkijs.Extension {
  return extension(OID.ocspNoCheck, false, new asn1js.Null())
}

export function namesExtension(dnsName: string): pkijs.Extension {
  const names = new pkijs.GeneralNames({
    names: [new pkijs.GeneralName({ type: DNS_NAME, value: dnsName })],
  })
  return extension(OID.subjectAltName, false, names.toSchema())
}

/** RFC 5280 §4.2.1.2, method 1; `publicKey` is SubjectPublicKeyInfo. */
export function keyIdentifier(publicKey: Uint8Array): asn1js.OctetString {
  const info = pkijs.PublicKeyInfo.fromBER(Uint8Array.from(publicKey))
  const digest = createHash('sha1').update(info.subjectPublicKey.valueBlock.valueHexView).digest()
  return new asn1js.OctetString({ valueHex: Uint8Array.from(digest).buffer })
}

export function subjectKeyExtension(publicKey: Uint8Array): pkijs.Extension {
  return extension(OID.subjectKeyIdentifier, false, keyIdentifier(publicKey))
}

/** `identifier` is the issuer's own: one that is not ours may have another method. */
export function authorityKeyExtension(identifier: asn1js.OctetString): pkijs.Extension {
  const value = new pkijs.AuthorityKeyIdentifier({ keyIdentifier: identifier })
  return extension(OID.authorityKeyIdentifier, false, value.toSchema())
}

/**
 * RFC 5280 §4.2.1.10: only names under `domain`, and no address at all. Whoever trusts the root for other
 * things gets no web server from it.
 */
export function constraintsExtension(domain: string): pkijs.Extension {
  const subtree = (base: pkijs.GeneralName): pkijs.GeneralSubtree =>
    new pkijs.GeneralSubtree({ base })
  const noAddress = (length: number): pkijs.GeneralName =>
    new pkijs.GeneralName({
      type: IP_ADDRESS,
      value: new asn1js.OctetString({ valueHex: new ArrayBuffer(length) }),
    })
  const constraints = new pkijs.NameConstraints({
    permittedSubtrees: [subtree(new pkijs.GeneralName({ type: DNS_NAME, value: domain }))],
    // Address and mask of all zeros, of both families.
    excludedSubtrees: [subtree(noAddress(8)), subtree(noAddress(32))],
  })
  return extension(OID.nameConstraints, true, constraints.toSchema())
}

export function crlPointExtension(url: string): pkijs.Extension {
  const point = new pkijs.DistributionPoint({
    distributionPoint: [new pkijs.GeneralName({ type: URI, value: url })],
  })
  const points = new pkijs.CRLDistributionPoints({ distributionPoints: [point] })
  return extension(OID.crlDistributionPoints, false, points.toSchema())
}

export function ocspExtension(url: string): pkijs.Extension {
  const access = new pkijs.InfoAccess({
    accessDescriptions: [
      new pkijs.AccessDescription({
        accessMethod: OID.ocsp,
        accessLocation: new pkijs.GeneralName({ type: URI, value: url }),
      }),
    ],
  })
  return extension(OID.authorityInfoAccess, false, access.toSchema())
}
