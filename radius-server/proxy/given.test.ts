import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  tuple,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import { GIVEN_BY_HOME } from '#db/proxying.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { hideSalted } from '../obfuscation.ts'
import { parsePacket } from '../packet.ts'
import type { Packet } from '../packet.ts'
import { NO_SECRET, sharedSecret } from '../shared-secret.ts'
import { givenAttributes } from './given.ts'

const FROM = { secret: sharedSecret('between-us'), authenticator: Buffer.alloc(16, 1) }
const TO = { secret: sharedSecret('testing123'), authenticator: Buffer.alloc(16, 2) }

function packetOf(code: number, attributes: readonly (readonly [number, Uint8Array])[]): Packet {
  const body = Buffer.concat(
    attributes.map(([type, value]) => Buffer.concat([Buffer.of(type, 2 + value.length), value])),
  )
  const bytes = Buffer.concat([Buffer.alloc(20), body])
  bytes[0] = code
  bytes.writeUInt16BE(bytes.length, 2)
  const parsed = parsePacket(bytes)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.packet
}

test('whatever a home server says, what goes on fits an attribute and is of a kind it may say', () => {
  const vendors = [
    Buffer.from([0, 0, 1, 55]),
    Buffer.from([0, 0, 55, 42]),
    Buffer.from([0, 0, 0, 9]),
  ]
  const ofVendor = tuple(constantFrom(...vendors), uint8Array({ maxLength: 249 })).map(
    ([vendor, rest]): [number, Uint8Array] => [26, Buffer.concat([vendor, rest])],
  )
  const other = tuple(integer({ min: 1, max: 255 }), uint8Array({ maxLength: 253 }))
  const attributes = array(oneof(ofVendor, other), { maxLength: 14 })
  const codes = constantFrom(2, 3, 11)
  assert(
    property(codes, attributes, (code, all) => {
      const reply = packetOf(code, all)
      for (const given of givenAttributes(reply, new Set(), FROM, TO)) {
        expect(given.value.length).toBeLessThanOrEqual(253)
        expect([18, 24, 25, 26, 27, 28, 29, 79, 89, 102]).toContain(given.type)
      }
      for (const given of givenAttributes(reply, new Set(GIVEN_BY_HOME), FROM, TO)) {
        expect(given.value.length).toBeLessThanOrEqual(253)
      }
    }),
  )
})

test('a hidden value is in clear where TLS hides it, and one that does not open is left out', () => {
  const key = Buffer.from('a key of eve')
  const tag = Buffer.of(1)
  const hidden = hideSalted(key, Buffer.of(1, 2), FROM.authenticator, FROM.secret)
  const reply = packetOf(CODE['Access-Accept'], [
    [ATTRIBUTE['Tunnel-Password'], Buffer.concat([tag, hidden])],
    [ATTRIBUTE['Tunnel-Password'], Buffer.concat([tag, hidden.subarray(0, 7)])],
  ])
  const to = { ...TO, secret: NO_SECRET }
  expect(givenAttributes(reply, new Set(['tunnel-password']), FROM, to)).toEqual([
    { type: ATTRIBUTE['Tunnel-Password'], value: Buffer.concat([tag, key]) },
  ])
})
