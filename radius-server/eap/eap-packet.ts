/** RFC 3748 §4. */
export const EAP_CODE = { Request: 1, Response: 2, Success: 3, Failure: 4 } as const

export const EAP_TYPE = {
  Identity: 1, // RFC 3748 §5.1
  Nak: 3, // RFC 3748 §5.3.1
  GTC: 6, // RFC 3748 §5.6
  TLS: 13, // RFC 5216
  TTLS: 21, // RFC 5281 §9
  PEAP: 25, // [MS-PEAP] §2.2.1
  MSCHAPv2: 26, // draft-kamath-pppext-eap-mschapv2 §2
  Extensions: 33, // [MS-PEAP] §2.2.8
} as const

const HEADER_BYTES = 4

export interface EapResponse {
  readonly identifier: number
  readonly type: number
  /** What follows the type. */
  readonly data: Uint8Array
}

/** Reads what a peer may send, which is only Responses; octets past the Length are padding. */
export function parseEapResponse(bytes: Uint8Array): EapResponse | null {
  const [code, identifier = 0, high = 0, low = 0, type] = bytes
  const length = (high << 8) | low
  if (code !== EAP_CODE.Response || type === undefined) return null
  if (length <= HEADER_BYTES || length > bytes.length) return null
  return { identifier, type, data: bytes.subarray(HEADER_BYTES + 1, length) }
}

export function eapRequest(identifier: number, type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 1 + data.length)
  bytes.set([EAP_CODE.Request, identifier, bytes.length >> 8, bytes.length & 0xff, type])
  bytes.set(data, HEADER_BYTES + 1)
  return bytes
}

/** Success and Failure carry the identifier of the Response that they answer (RFC 3748 §4.2). */
export function eapResult(code: 3 | 4, identifier: number): Uint8Array {
  return Uint8Array.of(code, identifier, 0, HEADER_BYTES)
}
