import { ATTRIBUTE } from './dictionary.ts'
import { everyAttribute } from './packet.ts'
import type { Packet } from './packet.ts'
import { VENDOR_ID_BYTES, numberAt, readVendorParts } from './vendor-specific.ts'

/**
 * An attribute wherever it stands: `[1]` is User-Name, `[26, 9, 1]` type 1 of vendor 9, `[241, 1]` an
 * extended one, `[241, 26, 9, 1]` one of a vendor in it. What cannot be read stays where it was, whole.
 */
export interface PathAttribute {
  readonly path: readonly number[]
  readonly value: Uint8Array
}

interface RawAttribute {
  readonly type: number
  readonly value: Uint8Array
}

/** A part of a value that may go on in the attribute that follows. */
interface Fragment extends PathAttribute {
  readonly isMore: boolean
}

/** RFC 6929 §2.1 and §2.2. */
export const EXTENDED = { first: 241, long: 245, last: 246 } as const
export const MORE = 0x80

export const EXTENDED_VENDOR_SPECIFIC = 26

/** What is joined is never longer than the packet, so nothing else bounds it. */
export function readPaths(packet: Packet): readonly PathAttribute[] {
  const attributes = everyAttribute(packet)
  const read: PathAttribute[] = []
  for (let at = 0; at < attributes.length;) {
    const joined = joinAt(attributes, at)
    if (joined === null) {
      read.push(...attributes.slice(at, at + 1).flatMap(readOne))
      at += 1
    } else {
      read.push(withinExtended(joined))
      at += joined.count
    }
  }
  return read
}

function readOne({ type, value }: RawAttribute): readonly PathAttribute[] {
  const raw = [{ path: [type], value }]
  if (type === ATTRIBUTE['Vendor-Specific']) {
    const vendor = numberAt(value, 0, VENDOR_ID_BYTES)
    const parts = readVendorParts(value)
    // Half of a value is not the value.
    if (parts === null || parts.some(({ isMore }) => isMore)) return raw
    return parts.map((part) => ({ path: [type, vendor, part.type], value: part.value }))
  }
  if (type < EXTENDED.first || type >= EXTENDED.long || value.length < 2) return raw
  return [withinExtended({ path: [type, numberAt(value, 0, 1)], value: value.subarray(1) })]
}

/** The value that begins here and goes over `count` attributes in a row; null if there is no such. */
function joinAt(
  attributes: readonly RawAttribute[],
  start: number,
): (PathAttribute & { readonly count: number }) | null {
  const values: Uint8Array[] = []
  let path: readonly number[] | null = null
  for (const attribute of attributes.slice(start)) {
    const fragment = fragmentOf(attribute)
    if (fragment === null) return null
    path ??= fragment.path
    if (fragment.path.join('.') !== path.join('.')) return null
    values.push(fragment.value)
    if (!fragment.isMore) return { path, value: Buffer.concat(values), count: values.length }
  }
  return null
}

function fragmentOf({ type, value }: RawAttribute): Fragment | null {
  if (type === ATTRIBUTE['Vendor-Specific']) {
    const [part, ...others] = readVendorParts(value) ?? []
    if (part === undefined || others.length > 0) return null
    return { ...part, path: [type, numberAt(value, 0, VENDOR_ID_BYTES), part.type] }
  }
  if (type < EXTENDED.long || type > EXTENDED.last || value.length < 3) return null
  const isMore = (numberAt(value, 1, 1) & MORE) !== 0
  return { path: [type, numberAt(value, 0, 1)], value: value.subarray(2), isMore }
}

/** RFC 6929 §2.3 and §2.4: the vendor and its type stand once, before the value. */
function withinExtended({ path, value }: PathAttribute): PathAttribute {
  const [type = 0, extended] = path
  const header = VENDOR_ID_BYTES + 1
  const isVendors = type >= EXTENDED.first && extended === EXTENDED_VENDOR_SPECIFIC
  if (!isVendors || value.length <= header) return { path, value }
  return {
    path: [...path, numberAt(value, 0, VENDOR_ID_BYTES), numberAt(value, VENDOR_ID_BYTES, 1)],
    value: value.subarray(header),
  }
}
