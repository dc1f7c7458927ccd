import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAccounting } from './accounting/accounting-record.ts'
import { checkMessageAuthenticator } from './authenticator.ts'
import { createClient } from './client.ts'
import { ATTRIBUTE } from './dictionary.ts'
import { parseEapResponse } from './eap/eap-packet.ts'
import { createIncoming, parseFragment } from './eap/tls-fragments.ts'
import { readInnerAvps } from './eap/ttls-avp.ts'
import { PACKET_FAULTS, firstAttribute, joinedAttributes, parsePacket } from './packet.ts'
import type { Packet } from './packet.ts'
import { attributeLines } from './packet-text.ts'
import { CODE } from './dictionary.ts'
import { digestRequest, randomRequest } from './testing/gateway.ts'
import { createTestServer, gateway, watch } from './testing/server.ts'
import { readVectors } from './testing/vectors.ts'
import { sourceOf } from './testing/source.ts'

const SOURCE = sourceOf('127.0.0.1', 1)

const client = createClient(gateway(), watch())
const seeds = readVectors()
  .map((vector) => vector.packet)
  .filter((packet) => packet.length > 0)

/** A vector with a few octets changed, some cut off or added. fast-check prints the seed on failure. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(fc.record({ at: fc.nat(200), to: fc.nat(255) }), { maxLength: 8 }),
    length: fc.option(fc.nat(220)),
    tail: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ seed, edits, length, tail }) => {
    const bytes = Uint8Array.from(seed)
    for (const { at, to } of edits) bytes[at % bytes.length] = to
    return Buffer.concat([bytes.subarray(0, length ?? bytes.length), tail])
  })

const anyBytes = fc.oneof(mutated, fc.uint8Array({ maxLength: 300 }))

function everyAttribute(packet: Packet): void {
  for (const type of Object.values(ATTRIBUTE)) joinedAttributes(packet, type)
  attributeLines(packet)
}

test('any octets are a packet or a named refusal, and never throw', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const parsed = parsePacket(bytes)
      if (!parsed.ok) return PACKET_FAULTS.includes(parsed.reason)
      everyAttribute(parsed.packet)
      checkMessageAuthenticator(parsed.packet, client.secret)
      readAccounting({
        client,
        packet: parsed.packet,
        source: SOURCE,
        service: 'accounting',
        receivedAt: 0,
        trace: null,
      })
      return true
    }),
    { numRuns: 4000 },
  )
})

test('any octets inside EAP, TLS framing and the tunnel are read or refused, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseEapResponse(bytes)
      const fragment = parseFragment(bytes)
      if (fragment !== null) createIncoming().add(fragment)
      readInnerAvps(bytes)
    }),
    { numRuns: 4000 },
  )
})

function hasMessageAuthenticator(bytes: Uint8Array): boolean {
  const parsed = parsePacket(bytes)
  return parsed.ok && firstAttribute(parsed.packet, ATTRIBUTE['Message-Authenticator']) !== null
}

test('the server answers nothing that a stranger without the secret has changed', async () => {
  const server = await createTestServer()
  const true_ = {
    authentication: randomRequest({
      code: CODE['Access-Request'],
      attributes: [
        [ATTRIBUTE['User-Name'], 'bob'],
        [ATTRIBUTE['User-Password'], 'hello'],
      ],
    }),
    accounting: digestRequest({
      code: CODE['Accounting-Request'],
      attributes: [
        [ATTRIBUTE['Acct-Status-Type'], 1],
        [ATTRIBUTE['Acct-Session-Id'], 's1'],
      ],
    }),
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('authentication' as const, 'accounting' as const),
      fc.nat(200),
      fc.integer({ min: 1, max: 255 }),
      async (service, at, flip) => {
        const bytes = Buffer.from(true_[service])
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ flip
        // Without its Message-Authenticator, renamed or cut off by a shorter Length, an Access-Request
        // is one of the kind that needs none.
        if (service === 'authentication' && !hasMessageAuthenticator(bytes)) return
        expect(await server.send(service, bytes)).toBeNull()
      },
    ),
    { numRuns: 2000 },
  )
  expect(server.house.written).toHaveLength(0)
  expect(server.metrics.dropped.internal.value).toBe(0)
})
