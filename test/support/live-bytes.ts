import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Each look stops the program for a full collection.
const LOOK_MS = 250

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is held, not what waits to be collected: that depends on the machine. */
function liveBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The most that was held at once during `work`, beyond what was held before it. */
export async function peakOf(work: () => Promise<unknown>): Promise<number> {
  const before = liveBytes()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, liveBytes())
  }, LOOK_MS)
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  return peak - before
}
