import { ATTRIBUTE, TUNNEL_MEDIUM_TYPE, TUNNEL_TYPE } from './dictionary.ts'
import { PACKET_LIMITS, allAttributes, attributeEnd, attributeOffset } from './packet.ts'
import type { Packet } from './packet.ts'

/** An attribute to be sent. */
export interface Attribute {
  readonly type: number
  /** At most 253 octets. */
  readonly value: Uint8Array
}

/** A 32-bit unsigned integer; null if absent or of another length, which is then only raw octets. */
export function readInteger(packet: Packet, type: number): number | null {
  const at = attributeOffset(packet, type)
  if (at < 0 || attributeEnd(packet, at) - at !== 4) return null
  return integerAt(packet.bytes, at)
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text; null if absent, empty or not UTF-8. */
export function readText(packet: Packet, type: number): string | null {
  const at = attributeOffset(packet, type)
  if (at < 0) return null
  const end = attributeEnd(packet, at)
  if (at === end) return null
  return asciiAt(packet.bytes, at, end) ?? decodeText(packet.bytes.subarray(at, end))
}

/** Null if it is more than ASCII: a decoder and a view for each name take three times as long. */
export function asciiAt(bytes: Uint8Array, from: number, to: number): string | null {
  let text = ''
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    if (octet > 0x7f) return null
    text += ASCII[octet] ?? ''
  }
  return text
}

function integerAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  return high * 0x1_0000 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
}

/** Null if the octets are not UTF-8. */
export function decodeText(value: Uint8Array): string | null {
  try {
    return utf8.decode(value)
  } catch {
    return null
  }
}

export function integerAttribute(type: number, number: number): Attribute {
  return { type, value: Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number) }
}

/** Text that is too long is cut; a reply that cannot be built would leave the gateway waiting. */
export function textAttribute(type: number, text: string): Attribute {
  return { type, value: Buffer.from(text, 'utf8').subarray(0, PACKET_LIMITS.attributeValue) }
}

/** A Vendor-Specific attribute in the usual form (RFC 2865 §5.26). */
export function vendorAttribute(vendor: number, type: number, content: Uint8Array): Attribute {
  const value = new Uint8Array(6 + content.length)
  new DataView(value.buffer).setUint32(0, vendor)
  value[4] = type
  value[5] = 2 + content.length
  value.set(content, 6)
  return { type: ATTRIBUTE['Vendor-Specific'], value }
}

/** The content of the first such attribute of a vendor; null if there is none, or it is malformed. */
export function readVendor(packet: Packet, vendor: number, type: number): Uint8Array | null {
  for (const value of allAttributes(packet, ATTRIBUTE['Vendor-Specific'])) {
    if (value.length < 6) continue
    const view = new DataView(value.buffer, value.byteOffset, value.length)
    if (view.getUint32(0) !== vendor) continue
    // Several may stand in one (RFC 2865 §5.26).
    for (let at = 4; at + 2 <= value.length; at += value[at + 1] ?? 0) {
      const length = value[at + 1] ?? 0
      if (length < 2 || at + length > value.length) break
      if (value[at] === type) return value.subarray(at + 2, at + length)
    }
  }
  return null
}

/** Octets over as many attributes as they need (RFC 3579 §3.1). */
export function splitAttributes(type: number, octets: Uint8Array): Attribute[] {
  const parts: Attribute[] = []
  for (let at = 0; at < octets.length; at += PACKET_LIMITS.attributeValue) {
    parts.push({ type, value: octets.subarray(at, at + PACKET_LIMITS.attributeValue) })
  }
  return parts
}

/**
 * The network a device is put in (RFC 3580 §3.31). The tag is 0: RFC 2868 §3.6 reads a first octet
 * of the group above 0x1F as text, so the digits of a VLAN need none.
 */
export function vlanAttributes(vlan: number): Attribute[] {
  return [
    integerAttribute(ATTRIBUTE['Tunnel-Type'], TUNNEL_TYPE.VLAN),
    integerAttribute(ATTRIBUTE['Tunnel-Medium-Type'], TUNNEL_MEDIUM_TYPE['IEEE-802']),
    textAttribute(ATTRIBUTE['Tunnel-Private-Group-Id'], String(vlan)),
  ]
}
