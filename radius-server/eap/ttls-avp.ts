/** RADIUS attribute numbers, as AVPs (RFC 5281 §10.1). */
const AVP = { 'User-Name': 1, 'User-Password': 2, 'EAP-Message': 79 } as const

/** Of vendor 311 (RFC 2548 §2.1, §2.3). */
const MICROSOFT_AVP = {
  vendor: 311,
  'MS-CHAP-Challenge': 11,
  'MS-CHAP2-Response': 25,
  'MS-CHAP2-Success': 26,
} as const

const FLAG = { vendor: 0x80, mandatory: 0x40 } as const
const HEADER_BYTES = 8
const VENDOR_BYTES = 4

/** An inner login has three AVPs at most; a few unknown ones may stand beside them. */
const AVP_LIMIT = 64

/** What a peer says inside the tunnel, as far as it is understood. */
export interface InnerAvps {
  readonly username: Uint8Array | null
  /** With the NUL padding. */
  readonly password: Uint8Array | null
  /** Joined. */
  readonly eap: Uint8Array | null
  readonly msChapChallenge: Uint8Array | null
  readonly msChap2Response: Uint8Array | null
}

/**
 * Reads AVPs. Null if they are malformed, if one that may stand only once stands twice, or if an
 * unknown one must be understood (RFC 5281 §10.1).
 */
export function readInnerAvps(bytes: Uint8Array): InnerAvps | null {
  const found = new Map<Known, Uint8Array>()
  const eap: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  for (let count = 0; at < bytes.length; count += 1) {
    if (count >= AVP_LIMIT || at + HEADER_BYTES > bytes.length) return null
    const code = view.getUint32(at)
    const flags = view.getUint8(at + 4)
    const length = view.getUint32(at + 4) & 0xffffff
    const isVendor = (flags & FLAG.vendor) !== 0
    const header = HEADER_BYTES + (isVendor ? VENDOR_BYTES : 0)
    if (length < header || at + length > bytes.length) return null
    const vendor = isVendor ? view.getUint32(at + HEADER_BYTES) : 0
    const value = bytes.subarray(at + header, at + length)

    const known = knownAvp(vendor, code)
    if (known === 'eap') eap.push(value)
    else if (known !== null && !found.has(known)) found.set(known, value)
    else if ((flags & FLAG.mandatory) !== 0) return null
    // Each AVP is padded to four octets; some peers leave out the padding of the last.
    at += Math.ceil(length / 4) * 4
  }
  return {
    username: found.get('username') ?? null,
    password: found.get('password') ?? null,
    eap: eap.length === 0 ? null : Buffer.concat(eap),
    msChapChallenge: found.get('msChapChallenge') ?? null,
    msChap2Response: found.get('msChap2Response') ?? null,
  }
}

type Known = keyof InnerAvps

function knownAvp(vendor: number, code: number): Known | null {
  if (vendor === 0) {
    if (code === AVP['User-Name']) return 'username'
    if (code === AVP['User-Password']) return 'password'
    return code === AVP['EAP-Message'] ? 'eap' : null
  }
  if (vendor !== MICROSOFT_AVP.vendor) return null
  if (code === MICROSOFT_AVP['MS-CHAP-Challenge']) return 'msChapChallenge'
  return code === MICROSOFT_AVP['MS-CHAP2-Response'] ? 'msChap2Response' : null
}

export function eapAvp(packet: Uint8Array): Uint8Array {
  return encodeAvp(0, AVP['EAP-Message'], packet)
}

export function msChap2SuccessAvp(identifier: number, proof: string): Uint8Array {
  const value = Buffer.concat([Buffer.of(identifier), Buffer.from(proof)])
  return encodeAvp(MICROSOFT_AVP.vendor, MICROSOFT_AVP['MS-CHAP2-Success'], value)
}

function encodeAvp(vendor: number, code: number, value: Uint8Array): Uint8Array {
  const header = HEADER_BYTES + (vendor === 0 ? 0 : VENDOR_BYTES)
  const bytes = Buffer.alloc(header + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt32BE(code, 0)
  bytes.writeUInt32BE(header + value.length, 4)
  bytes[4] = FLAG.mandatory | (vendor === 0 ? 0 : FLAG.vendor)
  if (vendor !== 0) bytes.writeUInt32BE(vendor, HEADER_BYTES)
  bytes.set(value, header)
  return bytes
}
