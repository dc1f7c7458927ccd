/** RADIUS attribute numbers, as AVPs without vendor (RFC 5281 §10.1). */
const AVP = { 'User-Name': 1, 'User-Password': 2 } as const

const FLAG = { vendor: 0x80, mandatory: 0x40 } as const
const HEADER_BYTES = 8
const VENDOR_BYTES = 4

/** An inner login has two AVPs; a few unknown ones may stand beside them. */
const AVP_LIMIT = 64

export interface InnerCredentials {
  readonly username: Uint8Array
  /** With the NUL padding. */
  readonly password: Uint8Array
}

/**
 * Reads what a peer says inside the tunnel. Null if that is anything else than one name and one
 * password in clear (RFC 5281 §11.2.5), or if an unknown AVP must be understood (§10.1).
 */
export function readInnerCredentials(bytes: Uint8Array): InnerCredentials | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let username: Uint8Array | null = null
  let password: Uint8Array | null = null
  let at = 0
  for (let count = 0; at < bytes.length; count += 1) {
    if (count >= AVP_LIMIT || at + HEADER_BYTES > bytes.length) return null
    const code = view.getUint32(at)
    const flags = view.getUint8(at + 4)
    const length = view.getUint32(at + 4) & 0xffffff
    const isVendor = (flags & FLAG.vendor) !== 0
    const header = HEADER_BYTES + (isVendor ? VENDOR_BYTES : 0)
    if (length < header || at + length > bytes.length) return null
    const value = bytes.subarray(at + header, at + length)

    if (!isVendor && code === AVP['User-Name'] && username === null) username = value
    else if (!isVendor && code === AVP['User-Password'] && password === null) password = value
    else if ((flags & FLAG.mandatory) !== 0) return null
    // Each AVP is padded to four octets; some peers leave out the padding of the last.
    at += Math.ceil(length / 4) * 4
  }
  return username === null || password === null ? null : { username, password }
}
