import { isUtf8 } from 'node:buffer'
import { LIMITS } from '../limits.ts'
import { uint16At } from './name.ts'
import { Option, Type } from './registry.ts'

/** An extended error (RFC 8914) as it goes on the wire: info-code and text. */
export interface ExtendedError {
  readonly code: number
  readonly text: Uint8Array
}

const NO_TEXT = new Uint8Array(0)

/** The text is cut at a character, so that it stays UTF-8; it must hold nothing about a person. */
export function extendedError(code: number, text = ''): ExtendedError {
  if (text === '') return { code, text: NO_TEXT }
  const room = new Uint8Array(LIMITS.extendedText)
  const { written } = new TextEncoder().encodeInto(text, room)
  return { code, text: room.subarray(0, written) }
}

/** Bytes of our OPT record. */
export function optLength(error: ExtendedError | null): number {
  return error === null ? 11 : 11 + 6 + error.text.length
}

/**
 * Our OPT record (RFC 6891 section 6.1.2): our own UDP size, DO as the client had it, every other
 * flag zero, and none of the client's options.
 */
export function writeOpt(
  out: Uint8Array,
  at: number,
  dnssecOk: boolean,
  error: ExtendedError | null,
  extendedRcode: number,
): number {
  out[at] = 0
  out[at + 1] = 0
  out[at + 2] = Type.OPT
  out[at + 3] = LIMITS.udpReply >>> 8
  out[at + 4] = LIMITS.udpReply & 0xff
  out[at + 5] = extendedRcode
  out[at + 6] = 0
  out[at + 7] = dnssecOk ? 0x80 : 0
  out[at + 8] = 0
  const length = optLength(error) - 11
  out[at + 9] = length >>> 8
  out[at + 10] = length & 0xff
  if (error === null) return at + 11
  out[at + 11] = 0
  out[at + 12] = Option.ExtendedError
  out[at + 13] = (length - 4) >>> 8
  out[at + 14] = (length - 4) & 0xff
  out[at + 15] = error.code >>> 8
  out[at + 16] = error.code & 0xff
  out.set(error.text, at + 17)
  return at + 17 + error.text.length
}

/**
 * The first extended error among options, or null. Its text is passed on as far as it is UTF-8 and
 * no longer than our own.
 */
export function extendedErrorIn(bytes: Uint8Array, at: number, end: number): ExtendedError | null {
  for (; at + 4 <= end; at += 4 + uint16At(bytes, at + 2)) {
    const data = at + 4
    const length = uint16At(bytes, at + 2)
    if (data + length > end) return null
    if (uint16At(bytes, at) !== Option.ExtendedError || length < 2) continue
    const text = Buffer.from(bytes.subarray(data + 2, data + length))
    return extendedError(uint16At(bytes, data), isUtf8(text) ? text.toString('utf8') : '')
  }
  return null
}
