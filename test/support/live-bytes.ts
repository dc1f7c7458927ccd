import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_MS = 50
/**
 * Each look stops the program for a full collection, so it is looked after so much work of its own: on a busy
 * machine, where little is done between two looks, they would be most of the work.
 */
const WORK_BETWEEN_MICROS = 250_000

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
  let looked = process.cpuUsage()
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(looked)
    if (user + system < WORK_BETWEEN_MICROS) return
    peak = Math.max(peak, liveBytes())
    looked = process.cpuUsage()
  }, LOOK_MS)
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  return peak - before
}
