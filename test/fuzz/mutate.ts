/** A source of numbers below a bound; the same seed gives the same run. */
export type Random = (below: number) => number

/** xorshift32: small, fast, and not Math.random, so that a failing run can be run again. */
export function seededRandom(seed: number): Random {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** The largest datagram sent: a RADIUS packet ends at 4,096, a little more must be survived too. */
const MAX_BYTES = 4200
const INTERESTING = [0, 1, 2, 3, 12, 19, 20, 21, 63, 64, 127, 128, 191, 192, 193, 253, 254, 255]

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

/** Each damages a packet in one way that broke some parser somewhere. */
const MUTATIONS: readonly Mutation[] = [
  // one bit
  (bytes, random) => change(bytes, random, (old) => old ^ (1 << random(8))),
  // a byte that parsers treat specially: lengths, label types, pointers
  (bytes, random) => change(bytes, random, () => INTERESTING[random(INTERESTING.length)] ?? 0),
  (bytes, random) => change(bytes, random, () => random(256)),
  // a 16-bit length
  (bytes, random) => {
    const at = random(Math.max(1, bytes.length - 1))
    if (at + 1 < bytes.length) bytes.writeUInt16BE(random(65_536), at)
    return bytes
  },
  // cut short, down to nothing
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  // bytes at the end
  (bytes, random) => Buffer.concat([bytes, noise(random(64), random)]),
  // a part said twice, up to many times
  (bytes, random) => {
    const from = random(Math.max(1, bytes.length))
    const part = bytes.subarray(from, from + 1 + random(40))
    const times = random(4) === 0 ? 1 + random(100) : 1
    const repeated = Array.from({ length: times }, () => part)
    return Buffer.concat([bytes.subarray(0, from), ...repeated, bytes.subarray(from)])
  },
  // a part left out
  (bytes, random) => {
    const from = random(Math.max(1, bytes.length))
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random(16))])
  },
  // the head of one packet and the tail of another
  (bytes, random, other) =>
    Buffer.concat([
      bytes.subarray(0, random(bytes.length + 1)),
      other.subarray(random(other.length + 1)),
    ]),
]

/** One to four damages to a seed; one packet in a hundred is noise alone. */
export function mutate(seeds: readonly Buffer[], random: Random): Buffer {
  if (random(100) === 0) return noise(random(600), random)
  let bytes = Buffer.from(pick(seeds, random))
  for (let times = 1 + random(4); times > 0; times--) {
    const mutation = MUTATIONS[random(MUTATIONS.length)]
    if (mutation) bytes = Buffer.from(mutation(bytes, random, pick(seeds, random)))
  }
  return bytes.subarray(0, MAX_BYTES)
}

function pick(seeds: readonly Buffer[], random: Random): Buffer {
  return seeds[random(seeds.length)] ?? Buffer.alloc(0)
}

function change(bytes: Buffer, random: Random, to: (old: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const at = random(bytes.length)
  bytes[at] = to(bytes[at] ?? 0)
  return bytes
}

function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)))
}
