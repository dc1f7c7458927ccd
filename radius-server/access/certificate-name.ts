import type { X509Certificate } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import type { DeviceCa } from '#db/device-cas.ts'

const OID = {
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  userPrincipalName: '1.3.6.1.4.1.311.20.2.3',
} as const

/** Kinds of GeneralName (RFC 5280 §4.2.1.6). */
const GENERAL_NAME = { otherName: 0, email: 1, dns: 2 } as const

/** What a gateway can show of it as User-Name. */
const LONGEST_NAME = 200

/**
 * The name that `from` says, lower case; null if the certificate has none or several: of two it would
 * be chance who is let in. Read from the DER, since a printed subject can be made to look like another.
 */
export function certificateName(
  { raw }: X509Certificate,
  from: DeviceCa['nameFrom'],
): string | null {
  const certificate = pkijs.Certificate.fromBER(Uint8Array.from(raw))
  const names = from === 'cn' ? commonNames(certificate) : alternativeNames(certificate, from)
  const [name] = names
  if (names.length !== 1 || name === undefined) return null
  const text = name.trim().toLowerCase()
  const isPrintable = text !== '' && text.length <= LONGEST_NAME && !/\p{Cc}/u.test(text)
  return isPrintable ? text : null
}

function commonNames(certificate: pkijs.Certificate): string[] {
  return certificate.subject.typesAndValues
    .filter(({ type }) => type === OID.commonName)
    .map(({ value }) => value.valueBlock.value)
}

function alternativeNames(
  certificate: pkijs.Certificate,
  from: Exclude<DeviceCa['nameFrom'], 'cn'>,
): string[] {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === OID.subjectAltName)
  const parsed: unknown = extension?.parsedValue
  const names: readonly pkijs.GeneralName[] = parsed instanceof pkijs.AltName ? parsed.altNames : []
  return names.flatMap((name): string[] => {
    if (from === 'upn') return name.type === GENERAL_NAME.otherName ? principalName(name) : []
    const value: unknown = name.value
    return name.type === GENERAL_NAME[from] && typeof value === 'string' ? [value] : []
  })
}

/** otherName is a sequence of what it is and, tagged, the value. */
function principalName({ value }: pkijs.GeneralName): string[] {
  if (!(value instanceof asn1js.BaseBlock)) return []
  const parts: unknown = Reflect.get(value.valueBlock, 'value')
  if (!Array.isArray(parts)) return []
  const [kind, tagged]: readonly unknown[] = parts
  if (!(kind instanceof asn1js.ObjectIdentifier)) return []
  if (kind.valueBlock.toString() !== OID.userPrincipalName) return []
  const inside: unknown =
    tagged instanceof asn1js.Constructed ? tagged.valueBlock.value[0] : undefined
  return inside instanceof asn1js.Utf8String ? [inside.valueBlock.value] : []
}
