import { webcrypto } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import type { StoredCertificate } from '#db/certificates.ts'
import type { DeviceCa } from '#db/device-cas.ts'

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const DAY_MS = 86_400_000
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

export interface DeviceCertificate {
  readonly certPem: string
  readonly keyPem: string
}

export interface DeviceOptions {
  readonly cn?: readonly string[]
  readonly email?: readonly string[]
  readonly dns?: readonly string[]
  readonly upn?: string
  readonly serial?: number
  readonly now: number
  readonly days?: number
  readonly purpose?: string
}

/** A device's certificate by `ca`, good for client authentication unless another purpose is given. */
export async function makeDevice(
  ca: StoredCertificate,
  options: DeviceOptions,
): Promise<DeviceCertificate> {
  const engine = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify'])
  const issuer = pkijs.Certificate.fromBER(derOf(ca.caPem))
  const certificate = new pkijs.Certificate()
  certificate.version = 2
  certificate.serialNumber = new asn1js.Integer({ value: options.serial ?? 1 })
  certificate.notBefore.value = new Date(options.now - DAY_MS)
  certificate.notAfter.value = new Date(options.now + (options.days ?? 30) * DAY_MS)
  certificate.issuer = issuer.subject
  for (const name of options.cn ?? []) {
    certificate.subject.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({
        type: '2.5.4.3',
        value: new asn1js.Utf8String({ value: name }),
      }),
    )
  }
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey, engine)
  const purpose = new pkijs.ExtKeyUsage({ keyPurposes: [options.purpose ?? CLIENT_AUTH] })
  certificate.extensions = [extension('2.5.29.37', purpose.toSchema())]
  const names = alternativeNames(options)
  if (names.length > 0) {
    certificate.extensions.push(extension('2.5.29.17', new asn1js.Sequence({ value: names })))
  }
  const caKey = await webcrypto.subtle.importKey('pkcs8', derOf(ca.keyPem), P256, false, ['sign'])
  await certificate.sign(caKey, 'SHA-256', engine)
  return {
    certPem: pem('CERTIFICATE', certificate.toSchema().toBER(false)),
    keyPem: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  }
}

export function deviceCa(ca: StoredCertificate, changes: Partial<DeviceCa> = {}): DeviceCa {
  return {
    name: 'laptops',
    chainPem: ca.caPem,
    nameFrom: 'cn',
    names: 'account',
    groups: [],
    device: null,
    revoked: new Set(),
    ...changes,
  }
}

/** GeneralNames of RFC 5280 §4.2.1.6. */
function alternativeNames({ email, dns, upn }: DeviceOptions): asn1js.BaseBlock[] {
  const context = (tagNumber: number) => ({ idBlock: { tagClass: 3, tagNumber } })
  const text = (tagNumber: number, value: string): asn1js.BaseBlock =>
    new asn1js.Primitive({
      ...context(tagNumber),
      valueHex: Uint8Array.from(Buffer.from(value)).buffer,
    })
  const principal = (value: string): asn1js.BaseBlock =>
    new asn1js.Constructed({
      ...context(0),
      value: [
        new asn1js.ObjectIdentifier({ value: '1.3.6.1.4.1.311.20.2.3' }),
        new asn1js.Constructed({ ...context(0), value: [new asn1js.Utf8String({ value })] }),
      ],
    })
  return [
    ...(email ?? []).map((value) => text(1, value)),
    ...(dns ?? []).map((value) => text(2, value)),
    ...(upn === undefined ? [] : [principal(upn)]),
  ]
}

function extension(extnID: string, value: asn1js.BaseBlock): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical: false, extnValue: value.toBER(false) })
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function derOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64'))
}
