import { beforeEach, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { CODE } from './dictionary.ts'
import { createDuplicates } from './duplicates.ts'
import type { Duplicates } from './duplicates.ts'
import { parsePacket } from './packet.ts'
import type { RadiusRequest } from './request.ts'
import { randomRequest } from './testing/gateway.ts'
import { gateway, watch } from './testing/server.ts'
import { sourceOf } from './testing/source.ts'

const LIMIT = 4
const LIFE_MS = 15_000
const client = createClient(gateway(), watch())
const REPLY = Uint8Array.of(2, 1, 0, 20)

let now = 0
let duplicates: Duplicates
beforeEach(() => {
  now = 1_000_000
  duplicates = createDuplicates(() => now, LIMIT)
})

function request(identifier: number, port = 1): RadiusRequest {
  const parsed = parsePacket(randomRequest({ code: CODE['Access-Request'], identifier }))
  if (!parsed.ok) throw new Error(parsed.reason)
  return {
    client,
    packet: parsed.packet,
    source: sourceOf('127.0.0.1', port),
    service: 'authentication',
    receivedAt: now,
    trace: null,
  }
}

/** The same octets, come once more. */
function copyOf({ packet, source }: RadiusRequest): RadiusRequest {
  return { client, packet, source, service: 'authentication', receivedAt: now, trace: null }
}

test('a copy is dropped while the first is in work, then has the same octets, for 15 seconds', () => {
  const first = request(1)
  expect(duplicates.begin(first)).toBeNull()
  expect(duplicates.begin(copyOf(first))).toEqual({
    kind: 'silence',
    reason: 'duplicate-in-progress',
  })
  duplicates.finish(first, REPLY)
  expect(duplicates.begin(copyOf(first))).toEqual({ kind: 'resend', bytes: REPLY })
  now += LIFE_MS
  expect(duplicates.begin(copyOf(first))).toBeNull()
})

test.each([20, 40, 41, 4096])('a reply of %d octets comes again as it was', (length) => {
  const reply = new Uint8Array(length).map((_, i) => i + 1)
  const first = request(1)
  duplicates.begin(first)
  duplicates.finish(first, reply)
  const again = duplicates.begin(copyOf(first))
  expect(again).toEqual({ kind: 'resend', bytes: reply })
  // What is on its way stays as it is, whose place it was meanwhile.
  for (let identifier = 2; identifier < 2 + LIMIT; identifier += 1) {
    const next = request(identifier)
    duplicates.begin(next)
    duplicates.finish(next, REPLY)
    expect(duplicates.begin(copyOf(next))).toEqual({ kind: 'resend', bytes: REPLY })
  }
  expect(again).toEqual({ kind: 'resend', bytes: reply })
  expect(duplicates.begin(copyOf(first))).toBeNull()
})

test('another port, or another authenticator, is another request', () => {
  const first = request(1)
  duplicates.begin(first)
  expect(duplicates.begin(request(1, 2))).toBeNull()
  expect(duplicates.begin(request(1))).toBeNull()
  // The first one was given up by the gateway: its reply is not for the one that took its place.
  duplicates.finish(first, REPLY)
  expect(duplicates.size).toBe(2)
  expect(duplicates.begin(first)).toBeNull()
})

test('without a reply a copy is worked on afresh', () => {
  const first = request(1)
  duplicates.begin(first)
  duplicates.finish(first, null)
  expect(duplicates.size).toBe(0)
  expect(duplicates.begin(copyOf(first))).toBeNull()
})

test('the oldest make room, counted only if their time was not over', () => {
  for (let identifier = 0; identifier < LIMIT; identifier += 1)
    duplicates.begin(request(identifier))
  duplicates.begin(request(100))
  expect([duplicates.size, duplicates.evicted]).toEqual([LIMIT, 1])
  now += LIFE_MS
  duplicates.begin(request(101))
  expect([duplicates.size, duplicates.evicted]).toEqual([LIMIT, 1])
})
