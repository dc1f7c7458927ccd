import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 4096

/**
 * Octets that nobody can guess, drawn from the system's generator a few thousand at a time: each call of
 * it takes as long as a dozen MD5s, and a login needs four. What was given out is erased.
 */
export function createRandomOctets(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  return (bytes) => {
    if (bytes > POOL_BYTES) return randomFillSync(new Uint8Array(bytes))
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const octets = pool.slice(used, used + bytes)
    pool.fill(0, used, used + bytes)
    used += bytes
    return octets
  }
}

/** Of this thread. */
export const randomOctets = createRandomOctets()
