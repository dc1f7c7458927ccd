import { reasonOf } from './error.ts'
import type { Log } from './log.ts'

export interface Lifecycle {
  /** What is added last is stopped first. */
  onStop(name: string, stop: () => Promise<void> | void): void
  /**
   * Starts what is to be stopped when its turn comes, also if it failed half-way. A stop that comes
   * meanwhile waits until the start has come to its end; after that nothing is started any more, and
   * this rejects.
   */
  start(name: string, start: () => Promise<void>, stop: () => Promise<void> | void): Promise<void>
  /** Stops all, each within its deadline; a step that fails or hangs is logged and passed over. */
  stop(): Promise<void>
}

const STEP_DEADLINE_MS = 10_000

export function createLifecycle(log: Log): Lifecycle {
  const steps: { name: string; stop: () => Promise<void> | void }[] = []
  let stopping: Promise<void> | null = null

  async function stopAll(): Promise<void> {
    for (const step of steps.toReversed()) {
      try {
        await within(STEP_DEADLINE_MS, Promise.resolve(step.stop()))
      } catch (thrown) {
        log.warn('role.stop-failed', { step: step.name, reason: reasonOf(thrown) })
      }
    }
  }
  return {
    onStop: (name, stop) => {
      steps.push({ name, stop })
    },
    async start(name, start, stop) {
      if (stopping !== null) throw new Error(`${name} is not started: all is being stopped`)
      const started = start()
      steps.push({
        name,
        async stop() {
          await started.catch(() => {})
          await stop()
        },
      })
      await started
    },
    stop: () => (stopping ??= stopAll()),
  }
}

/** The promise's outcome, or a rejection when `ms` milliseconds have passed. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
