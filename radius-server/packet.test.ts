import { describe, expect, test } from 'vitest'
import { formatAddress } from '#core/ip.ts'
import {
  checkMessageAuthenticator,
  isAccountingAuthentic,
  isReplyAuthentic,
} from './authenticator.ts'
import { ATTRIBUTE } from './dictionary.ts'
import { readUserPassword } from './obfuscation.ts'
import { hasAttribute, joinedAttributes, parsePacket } from './packet.ts'
import type { Packet } from './packet.ts'
import { sharedSecret } from './shared-secret.ts'
import { codeName } from './packet-text.ts'
import { isAttributeName, readVectors } from './testing/vectors.ts'
import type { Vector } from './testing/vectors.ts'

const vectors = readVectors()

test('the vectors are there', () => {
  expect(vectors.length).toBeGreaterThan(20)
})

describe.each(vectors.filter(({ expected }) => expected.length > 0))('$file: $title', (vector) => {
  test.each(vector.expected)('$what is $value', ({ what, value }) => {
    expect(read(vector, what, value)).toBe(value)
  })
})

/** What the codec says of `what`, in the words of the vector files. */
function read(vector: Vector, what: string, expected: string): string {
  const parsed = parsePacket(vector.packet)
  if (!parsed.ok) return what === 'refused' ? parsed.reason : `refused ${parsed.reason}`
  const { packet } = parsed
  const secret = sharedSecret(vector.secret)
  switch (what) {
    case 'code':
      return codeName(packet.code)
    case 'identifier':
      return String(packet.identifier)
    case 'length':
      return String(packet.bytes.length)
    case 'message-authenticator':
      return checkMessageAuthenticator(packet, secret)
    case 'authentic':
      return isAuthentic(vector, packet) ? 'yes' : 'no'
    case 'user-password': {
      const plain = readUserPassword(packet, secret) ?? null
      return plain === null ? 'null' : Buffer.from(plain).toString('utf8')
    }
    default:
      return isAttributeName(what) ? readAttribute(packet, ATTRIBUTE[what], expected) : 'unknown'
  }
}

function isAuthentic(vector: Vector, packet: Packet): boolean {
  const secret = sharedSecret(vector.secret)
  if (vector.answers === null) return isAccountingAuthentic(packet, secret)
  return isReplyAuthentic(packet.bytes, vector.answers, secret)
}

function readAttribute(packet: Packet, type: number, expected: string): string {
  if (!hasAttribute(packet, type)) return 'none'
  const value = Buffer.from(joinedAttributes(packet, type))
  if (expected.startsWith('"')) return JSON.stringify(value.toString('utf8'))
  if (expected.startsWith('0x')) return `0x${value.toString('hex')}`
  return expected.includes('.') ? formatAddress(value) : String(value.readUInt32BE())
}
