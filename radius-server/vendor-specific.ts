/** One of the attributes inside a Vendor-Specific. */
export interface VendorPart {
  readonly type: number
  readonly value: Uint8Array
  /** The value goes on in the next Vendor-Specific. */
  readonly isMore: boolean
}

interface Format {
  readonly typeBytes: 1 | 2 | 4
  readonly lengthBytes: 0 | 1 | 2
  /** An octet follows the length; its first bit says that the value goes on. */
  readonly isContinued?: true
}

/** What RFC 2865 §5.26 proposes. */
const USUAL: Format = { typeBytes: 1, lengthBytes: 1 }

const OF_VENDOR: Readonly<Record<number, Format>> = {
  429: { typeBytes: 4, lengthBytes: 0 }, // USR
  4846: { typeBytes: 2, lengthBytes: 1 }, // Lucent
  8164: { typeBytes: 2, lengthBytes: 2 }, // Starent
  24757: { typeBytes: 1, lengthBytes: 1, isContinued: true }, // WiMAX
}

export const VENDOR_ID_BYTES = 4

const CONTINUES = 0x80

/** What a vendor put into the value of a Vendor-Specific; null if it does not fill it exactly. */
export function readVendorParts(value: Uint8Array): readonly VendorPart[] | null {
  if (value.length <= VENDOR_ID_BYTES) return null
  const format = OF_VENDOR[numberAt(value, 0, VENDOR_ID_BYTES)] ?? USUAL
  const parts: VendorPart[] = []
  for (let at = VENDOR_ID_BYTES; at < value.length;) {
    const header = format.typeBytes + format.lengthBytes + (format.isContinued ? 1 : 0)
    if (at + header > value.length) return null
    const length =
      format.lengthBytes === 0
        ? value.length - at
        : numberAt(value, at + format.typeBytes, format.lengthBytes)
    if (length < header || at + length > value.length) return null
    parts.push({
      type: numberAt(value, at, format.typeBytes),
      value: value.subarray(at + header, at + length),
      isMore: format.isContinued === true && ((value[at + header - 1] ?? 0) & CONTINUES) !== 0,
    })
    at += length
  }
  return parts
}

export function numberAt(bytes: Uint8Array, at: number, size: number): number {
  let number = 0
  for (let i = at; i < at + size; i += 1) number = number * 256 + (bytes[i] ?? 0)
  return number
}
