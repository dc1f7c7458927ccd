/** The hash that MS-CHAPv2 is built on: MD4 of the password in UTF-16 (RFC 2759 §8.3). */
export function ntHash(password: string): Uint8Array {
  return md4(Buffer.from(password, 'utf16le'))
}

const BLOCK_BYTES = 64
const LENGTH_BYTES = 8

type Mix = (x: number, y: number, z: number) => number
interface Round {
  readonly mix: Mix
  readonly constant: number
  /** Which word of the block each of the 16 operations takes. */
  readonly order: readonly number[]
  readonly shifts: readonly [number, number, number, number]
}

const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
]

/** RFC 1320. OpenSSL 3 has it only in its legacy provider, which Node does not load. */
export function md4(message: Uint8Array): Uint8Array {
  const padded = Buffer.alloc(
    Math.ceil((message.length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES,
  )
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeUInt32LE((message.length << 3) >>> 0, padded.length - LENGTH_BYTES)
  padded.writeUInt32LE(message.length >>> 29, padded.length - LENGTH_BYTES / 2)

  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    state = withBlock(state, padded.subarray(at, at + BLOCK_BYTES))
  }
  const digest = Buffer.alloc(16)
  for (const [i, word] of state.entries()) digest.writeInt32LE(word | 0, 4 * i)
  return digest
}

type State = readonly [number, number, number, number]

function withBlock(state: State, block: Buffer): State {
  let [a, b, c, d] = state
  for (const { mix, constant, order, shifts } of ROUNDS) {
    for (const [i, word] of order.entries()) {
      const sum = (a + mix(b, c, d) + block.readInt32LE(4 * word) + constant) | 0
      const shift = shifts[i & 3] ?? 0
      const turned = (sum << shift) | (sum >>> (32 - shift))
      // The four words take turns: what was d is changed next.
      ;[a, b, c, d] = [d, turned, b, c]
    }
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0]
}
