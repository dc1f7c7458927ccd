import fc from 'fast-check'
import radius from 'radius'
import { expect, test } from 'vitest'
import { vlanAttributes } from './attributes.ts'
import { CODE } from './dictionary.ts'
import { readUserPassword } from './obfuscation.ts'
import { everyAttribute, parsePacket } from './packet.ts'
import { encodeReply, encodeRequest } from './reply.ts'
import { sharedSecret } from './shared-secret.ts'

// Another author's codec reads what ours writes and the other way round, on well-formed packets.
const secret = sharedSecret('testing123')

const request = radius.encode({
  code: 'Access-Request',
  secret: 'testing123',
  identifier: 7,
  attributes: { 'User-Name': 'bob', 'User-Password': 'a password of more than sixteen octets' },
})

test('npm radius encodes a request that we read', () => {
  const parsed = parsePacket(request)
  if (!parsed.ok) throw new Error(parsed.reason)
  const plain = readUserPassword(parsed.packet, secret)
  expect(Buffer.from(plain ?? []).toString()).toBe('a password of more than sixteen octets')
})

test('we encode a reply that npm radius verifies and reads', () => {
  const parsed = parsePacket(request)
  if (!parsed.ok) throw new Error(parsed.reason)
  const reply = encodeReply(CODE['Access-Accept'], vlanAttributes(20), parsed.packet, secret)
  const response = Buffer.from(reply ?? [])
  expect(radius.verify_response({ request, response, secret: 'testing123' })).toBe(true)
  expect(radius.decode({ packet: response, secret: 'testing123' })).toMatchObject({
    code: 'Access-Accept',
    attributes: {
      'Tunnel-Type': [0, 'VLAN'],
      'Tunnel-Medium-Type': [0, 'IEEE-802'],
      'Tunnel-Private-Group-Id': '20',
    },
  })
})

test('npm radius finds the attributes that we find, each with the same octets', () => {
  const attributes = fc.array(
    fc.record({
      // Text and octets: integers of other lengths make that codec throw.
      type: fc.constantFrom(1, 11, 18, 24, 25, 30, 31, 32, 33, 44, 79, 87),
      value: fc.uint8Array({ minLength: 1, maxLength: 253 }),
    }),
    { maxLength: 14 },
  )
  fc.assert(
    fc.property(attributes, (written) => {
      const bytes = Buffer.from(encodeRequest(CODE['CoA-Request'], written, false))
      const parsed = parsePacket(bytes)
      if (!parsed.ok) throw new Error(parsed.reason)
      const ours = everyAttribute(parsed.packet).map(({ type, value }) => [
        type,
        Buffer.from(value),
      ])
      expect(radius.decode_without_secret({ packet: bytes }).raw_attributes).toEqual(ours)
    }),
  )
})
