import type { Clock } from './clock.ts'

const LOG_EVERY_MS = 10_000

/**
 * For events that the network can cause at will: one line in ten seconds. Returns how many lines
 * were held back since the last one when a line may be written, else null.
 */
export function createLogLimit(clock: Clock): () => number | null {
  let next = 0
  let heldBack = 0
  return () => {
    const now = clock()
    if (now < next) {
      heldBack += 1
      return null
    }
    const count = heldBack
    heldBack = 0
    next = now + LOG_EVERY_MS
    return count
  }
}
