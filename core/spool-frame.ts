import { crc32 } from 'node:zlib'

/*
 * One frame of a spool's segment, version 1, numbers big-endian:
 *
 *   4  'AcS1'
 *   4  length of the payload
 *   4  lines in the payload, so that they can be counted without the key
 *   4  CRC-32 of the eight bytes before it and of the payload
 *   …  payload
 */
const MAGIC = Buffer.from('AcS1')
const HEADER_BYTES = 16
const LARGEST_PAYLOAD = 1 << 20

export interface Frame {
  readonly payload: Buffer
  readonly lines: number
  /** Where the next frame begins. */
  readonly end: number
}

export function encodeFrame(payload: Uint8Array, lines: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length)
  MAGIC.copy(frame)
  frame.writeUInt32BE(payload.length, 4)
  frame.writeUInt32BE(lines, 8)
  frame.set(payload, HEADER_BYTES)
  frame.writeUInt32BE(checksum(frame), 12)
  return frame
}

/** Null: there is no whole and sound frame at `at`. */
export function readFrame(bytes: Buffer, at: number): Frame | null {
  if (at + HEADER_BYTES > bytes.length) return null
  if (bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return null
  const length = bytes.readUInt32BE(at + 4)
  const end = at + HEADER_BYTES + length
  if (length > LARGEST_PAYLOAD || end > bytes.length) return null
  const frame = bytes.subarray(at, end)
  if (frame.readUInt32BE(12) !== checksum(frame)) return null
  return { payload: frame.subarray(HEADER_BYTES), lines: frame.readUInt32BE(8), end }
}

/** Where the next sound frame begins, at or after `from`; null when none follows. */
export function findFrame(bytes: Buffer, from: number): number | null {
  for (let at = bytes.indexOf(MAGIC, from); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    if (readFrame(bytes, at) !== null) return at
  }
  return null
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(4, 12)))
}
