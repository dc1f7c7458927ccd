import { setImmediate } from 'node:timers/promises'

/** Cuts long work into slices between which the event loop serves everybody else. */
export interface Slices {
  /** Waits for the loop's next turn when this slice has used up its time. */
  pause(): Promise<void>
}

export function createSlices(ms: number): Slices {
  let end = performance.now() + ms
  return {
    async pause() {
      if (performance.now() < end) return
      await setImmediate()
      end = performance.now() + ms
    },
  }
}
