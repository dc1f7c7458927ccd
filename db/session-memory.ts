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
  /** `states` are all with this key, as they are in the database now. */
  keep(key: string, states: readonly SessionState[]): void
  forget(key: string): void
  clear(): void
}

export function createSessionMemory(limit: number = LIMITS.keys): SessionMemory {
  // Oldest first; who is remembered longest makes room. Which one that is matters little, so a look
  // does not move it, which would cost more than what is looked for.
  const held = new Map<string, readonly SessionState[]>()

  return {
    get: (key) => held.get(key),
    keep(key, states) {
      // Of what has ended by a packet of its own nothing is expected any more.
      if (states.every(({ stop }) => stop?.by === 'packet')) {
        held.delete(key)
        return
      }
      held.set(key, states)
      if (held.size <= limit) return
      for (const oldest of held.keys()) {
        held.delete(oldest)
        return
      }
    },
    forget: (key) => {
      held.delete(key)
    },
    clear: () => held.clear(),
  }
}
