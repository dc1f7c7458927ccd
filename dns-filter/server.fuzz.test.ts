import { expect, test } from 'vitest'
import { oracle } from './testing/oracle.ts'
import { createVectorFilter, readVectors } from './testing/vectors.ts'
import { OVER_TCP, OVER_UDP } from './via.ts'
import type { Transport, Via } from './via.ts'

/** Every transport, as its listener would say it. */
const VIAS: readonly Via[] = [
  OVER_UDP,
  OVER_TCP,
  { transport: 'dot', serverName: 'paris.dns.example.org', token: null },
  { transport: 'doh', serverName: null, token: 'paris' },
]

const ROUNDS = 8_000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 0x7fffffff)

/** mulberry32: small, and the same everywhere for the same seed. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  const out = Buffer.from(bytes)
  const at = Math.floor(next() * out.length)
  switch (Math.floor(next() * 6)) {
    case 0:
      return out.subarray(0, at)
    case 1:
      return Buffer.concat([out, Buffer.from([next() * 256, next() * 256])])
    case 2:
      return Buffer.concat([out.subarray(0, at), out.subarray(at + 1)])
    case 3:
      return Buffer.concat([out.subarray(0, at), out.subarray(Math.floor(next() * out.length))])
    default:
      for (let n = next() * 4; n > 0 && out.length > 0; n--) {
        out[Math.floor(next() * out.length)] = [0, 1, 0x3f, 0x40, 0xc0, 0xff][n] ?? next() * 256
      }
      return out
  }
}

/** What is wrong with an answer, or null. */
function faultOf(query: Uint8Array, transport: Transport, answer: Uint8Array): string | null {
  const [id1, id2, high = 0, low = 0] = answer
  if (query.length < 12 || ((query[2] ?? 0) & 0x80) !== 0) return 'answered what may not be'
  if (transport === 'udp' && answer.length > 1232) return 'too long'
  if (id1 !== query[0] || id2 !== query[1]) return 'another id'
  if ((high & 0x84) !== 0x80) return 'QR not set, or AA set'
  if ((low & 0x60) !== 0) return 'Z or AD set'
  // The records of the canned upstream are not made for each type; all else is.
  if ((answer[7] ?? 0) > 0) return null
  try {
    oracle.decode(Buffer.from(answer))
    return null
  } catch (thrown) {
    return String(thrown)
  }
}

test(`mutated queries never break the server (FUZZ_SEED=${seed})`, async () => {
  const filter = await createVectorFilter()
  const next = random(seed)
  const seeds = readVectors().map((vector) => vector.query)
  const pending: Promise<void>[] = []
  const faults: string[] = []
  let answered = 0
  for (let round = 0; round < ROUNDS; round++) {
    const query = mutate(seeds[Math.floor(next() * seeds.length)] ?? new Uint8Array(), next)
    const via = VIAS[Math.floor(next() * VIAS.length)] ?? OVER_UDP
    const { promise, resolve } = Promise.withResolvers<void>()
    let calls = 0
    filter.server.handle(query, '192.168.77.9', via, (answer) => {
      const wrong = ++calls > 1 ? 'answered twice' : answer && faultOf(query, via.transport, answer)
      if (answer !== null) answered++
      if (wrong !== null) faults.push(`${wrong}: ${Buffer.from(query).toString('hex')}`)
      resolve()
    })
    pending.push(promise)
  }
  await Promise.all(pending)
  expect(faults.slice(0, 5)).toEqual([])
  expect(filter.metrics.drops.internal.value).toBe(0)
  expect(answered).toBeGreaterThan(ROUNDS / 2)
})
