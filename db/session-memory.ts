import { BoundedMap } from '#core/bounded-map.ts'
import type { SessionState } from './session-state.ts'

const LIMITS = {
  /** Twice the sessions that are open at once in the first house; one is about a kilobyte. */
  keys: 40_000,
} as const

/**
 * The open sessions of which packets came lately, all generations of each key, so that the next packet
 * of one need not read it. What is remembered may be out of date, if another process wrote since: the
 * version of each session tells, and then all is forgotten.
 */
export interface SessionMemory {
  get(key: string): readonly SessionState[] | undefined
  /** `written` as they are in the database now, with those of the same keys that were only read. */
  keep(written: readonly SessionState[], read: readonly SessionState[]): void
  forget(key: string): void
  clear(): void
}

export function createSessionMemory(): SessionMemory {
  const held = new BoundedMap<string, readonly SessionState[]>({ limit: LIMITS.keys })
  return {
    get: (key) => held.get(key),
    keep(written, read) {
      const byKey = new Map<string, Map<number, SessionState>>()
      for (const states of [read, written]) {
        for (const state of states) {
          const generations = byKey.get(state.key) ?? new Map<number, SessionState>()
          generations.set(state.generation, state)
          byKey.set(state.key, generations)
        }
      }
      for (const [key, generations] of byKey) {
        const states = [...generations.values()]
        // Of what has ended by a packet of its own nothing is expected any more.
        if (states.every(({ stop }) => stop?.by === 'packet')) held.delete(key)
        else held.set(key, states)
      }
    },
    forget: (key) => {
      held.delete(key)
    },
    clear: () => held.clear(),
  }
}
