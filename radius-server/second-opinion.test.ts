import radius from 'radius'
import { expect, test } from 'vitest'
import { vlanAttributes } from './attributes.ts'
import { CODE } from './dictionary.ts'
import { readUserPassword } from './obfuscation.ts'
import { parsePacket } from './packet.ts'
import { encodeReply } from './reply.ts'
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
