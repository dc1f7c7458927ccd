import { AppError } from '#core/error.ts'
import { EXTENDED, EXTENDED_VENDOR_SPECIFIC, MORE } from './attribute-paths.ts'
import type { Attribute } from './attributes.ts'
import { PACKET_LIMITS } from './packet.ts'

/**
 * Where an extended attribute stands, as `readPaths` tells it: `[241, 8]`, and `[241, 26, 9, 1]` for
 * type 1 of vendor 9.
 */
export type ExtendedPath =
  | readonly [type: number, extendedType: number]
  | readonly [type: number, extendedType: number, vendor: number, vendorType: number]

/**
 * An attribute of RFC 6929: one of the types 241 to 244 has room for 252 octets; one of 245 and 246 goes
 * on in as many attributes as it needs, which must stay in their order, one behind the other (§2.2).
 */
export function extendedAttributes(path: ExtendedPath, value: Uint8Array): readonly Attribute[] {
  const [type, extendedType, vendor, vendorType] = path
  const content =
    vendor === undefined || vendorType === undefined
      ? value
      : Buffer.concat([vendorHeader(vendor, vendorType), value])
  const isRight = type >= EXTENDED.first && type <= EXTENDED.last && value.length > 0
  const isVendors = extendedType === EXTENDED_VENDOR_SPECIFIC
  if (!isRight || isVendors !== (vendor !== undefined)) throw unsendable(path, value)
  if (type < EXTENDED.long) {
    if (content.length > PACKET_LIMITS.attributeValue - 1) throw unsendable(path, value)
    return [{ type, value: Buffer.concat([Buffer.of(extendedType), content]) }]
  }
  const room = PACKET_LIMITS.attributeValue - 2
  const parts: Attribute[] = []
  for (let at = 0; at < content.length; at += room) {
    const flags = at + room < content.length ? MORE : 0
    const part = content.subarray(at, at + room)
    parts.push({ type, value: Buffer.concat([Buffer.of(extendedType, flags), part]) })
  }
  return parts
}

/** RFC 6929 §2.3 and §2.4: once, before the value. */
function vendorHeader(vendor: number, vendorType: number): Uint8Array {
  const header = new Uint8Array(5)
  new DataView(header.buffer).setUint32(0, vendor)
  header[4] = vendorType
  return header
}

function unsendable(path: ExtendedPath, { length }: Uint8Array): AppError {
  return new AppError(
    'radius.attribute-too-long',
    `attribute ${path.join('.')} of ${length} octets cannot be sent`,
  )
}
