import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { utcDay } from '#db/partitions.ts'

const SEEN_LIMITS = {
  remembered: 200_000,
  /** That wait to be written; past it the day of a device is not kept. */
  unwritten: 16_384,
  batch: 1000,
} as const

const DAY_MS = 86_400_000

/** On which day each enrolled device came in last: written once a day for each, beside the logins. */
export interface SeenDevices {
  /** Never waits. */
  add(id: string): void
  /** Resolves when what was added before is written, or lost. */
  settled(): Promise<void>
  /** How many could not be kept. */
  readonly lost: number
}

export function createSeenDevices(
  save: (ids: readonly string[], day: string) => Promise<void>,
  clock: Clock,
): SeenDevices {
  const written = new BoundedMap<string, string>({
    limit: SEEN_LIMITS.remembered,
    ttlMs: DAY_MS,
    clock,
  })
  const unwritten: string[] = []
  let writing: Promise<void> | null = null
  let lost = 0

  async function write(): Promise<void> {
    while (unwritten.length > 0) {
      const batch = unwritten.splice(0, SEEN_LIMITS.batch)
      try {
        await save(batch, utcDay(clock()))
      } catch {
        lost += batch.length
      }
    }
    writing = null
  }

  return {
    add(id) {
      const day = utcDay(clock())
      if (written.get(id) === day) return
      written.set(id, day)
      if (unwritten.length < SEEN_LIMITS.unwritten) unwritten.push(id)
      else lost += 1
      writing ??= write()
    },
    async settled() {
      await writing
    },
    get lost() {
      return lost
    },
  }
}
