import { randomBytes } from 'node:crypto'
import { byteAt, LOWER } from '../message/name.ts'

// Keyed and different in every process, so that nobody can prepare names that fall into one slot.
// A weak hash is enough: every hit is compared with the text, so a collision costs time, never a
// wrong block.
const [KEY_A, KEY_B, SEED_A, SEED_B] = keys()

function keys(): [number, number, number, number] {
  const random = randomBytes(16)
  return [
    random.readUInt32LE(0) | 1,
    random.readUInt32LE(4) | 1,
    random.readUInt32LE(8),
    random.readUInt32LE(12),
  ]
}

/**
 * The suffixes of one name with a 64-bit hash each, in fixed arrays that are filled again for each
 * query. Number 0 is the whole name, `count - 1` the top-level label; the root has no number.
 */
export class Suffixes {
  bytes: Uint8Array = new Uint8Array(1)
  count = 0
  /** Offset after the root label. */
  end = 1
  /** Another number after each reading: what was worked out of the name before holds no more. */
  reading = 0
  readonly starts: Uint32Array = new Uint32Array(128)
  readonly high: Uint32Array = new Uint32Array(128)
  readonly low: Uint32Array = new Uint32Array(128)

  /** Reads the well-formed plain name at `at`. */
  read(bytes: Uint8Array, at: number): void {
    this.bytes = bytes
    this.reading++
    let count = 0
    let length = byteAt(bytes, at)
    while (length !== 0) {
      this.starts[count++] = at
      at += length + 1
      length = byteAt(bytes, at)
    }
    this.count = count
    this.end = at + 1
    // The root has no suffix, but the cache asks for the hash of the whole name.
    this.high[0] = 0
    this.low[0] = 0
    let a = SEED_A
    let b = SEED_B
    // From the right, so that each suffix costs only its own label.
    for (let i = count - 1; i >= 0; i--) {
      let p = this.starts[i] as number
      const stop = p + byteAt(bytes, p) + 1
      for (; p < stop; p++) {
        const byte = byteAt(LOWER, byteAt(bytes, p))
        a = Math.imul(a ^ byte, KEY_A)
        b = Math.imul(b ^ byte ^ (a >>> 15), KEY_B)
      }
      this.high[i] = finish(a)
      this.low[i] = finish(b)
    }
  }

  start(suffix: number): number {
    return suffix < this.count ? (this.starts[suffix] as number) : this.end - 1
  }
}

/** The last step of MurmurHash3: spreads the state, whose low bits know only low bits. */
function finish(state: number): number {
  state ^= state >>> 16
  state = Math.imul(state, 0x85ebca6b)
  state ^= state >>> 13
  state = Math.imul(state, 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
