import { randomBytes } from 'node:crypto'

/**
 * What names a connection: a UUID of version 8 (RFC 9562 §5.8) of which only the second half varies, so
 * that a row of the log holds eight bytes of it. 62 random bits: among the 356,000 connections of a day
 * the chance that two share one is 10⁻⁸, and days do not share.
 */
export function newConnectionId(): string {
  const tail = randomBytes(8)
  tail.writeUInt8((tail.readUInt8(0) & 0x3f) | 0x80, 0)
  const hex = tail.toString('hex')
  return `00000000-0000-8000-${hex.slice(0, 4)}-${hex.slice(4)}`
}
