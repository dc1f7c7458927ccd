/** Lets a bounded number of slow tasks run and a bounded number wait. */
export interface Gate {
  /** Null when there is no room even to wait: the task is not started. */
  run<T>(task: () => Promise<T>): Promise<T> | null
  readonly running: number
  readonly waiting: number
}

export function createGate(limits: { readonly running: number; readonly waiting: number }): Gate {
  const queue: (() => void)[] = []
  let running = 0

  async function held<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } finally {
      // The place passes straight on to the first who waits, or is given back.
      const next = queue.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
  return {
    run(task) {
      if (running < limits.running) {
        running += 1
        return held(task)
      }
      if (queue.length >= limits.waiting) return null
      return new Promise<void>((resolve) => queue.push(resolve)).then(() => held(task))
    },
    get running() {
      return running
    },
    get waiting() {
      return queue.length
    },
  }
}
