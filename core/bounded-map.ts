import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'

interface Held<V> {
  readonly value: V
  readonly expires: number
  isUsed: boolean
}

/** So many entries in use are passed over for one that is not: what makes room takes no longer than that. */
const SECOND_CHANCES = 32

/**
 * A map that cannot grow past `limit`: the oldest entry that was not used since it was last passed over makes
 * room (CLOCK, which is close to the one used longest ago and costs a mark where that costs a place in the map:
 * moving it at each use has V8 make the table anew all the time).
 * With `ttlMs` an entry is also gone that many milliseconds after it was set.
 */
export class BoundedMap<K, V> {
  /** How many entries had to make room for others. */
  evicted = 0

  readonly #held = new Map<K, Held<V>>()
  readonly #limit: number
  readonly #ttlMs: number
  readonly #clock: Clock
  readonly #onEvict: ((key: K, value: V) => void) | undefined

  constructor(options: {
    limit: number
    ttlMs?: number
    clock?: Clock
    onEvict?: (key: K, value: V) => void
  }) {
    this.#limit = options.limit
    this.#ttlMs = options.ttlMs ?? Number.POSITIVE_INFINITY
    this.#clock = options.clock ?? systemClock
    this.#onEvict = options.onEvict
  }

  get size(): number {
    return this.#held.size
  }

  get(key: K): V | undefined {
    const held = this.#held.get(key)
    if (held === undefined) return undefined
    // Without an end there is no need to ask what time it is, which costs as much as the rest.
    if (held.expires !== Infinity && held.expires <= this.#clock()) {
      this.#held.delete(key)
      return undefined
    }
    held.isUsed = true
    return held.value
  }

  set(key: K, value: V): void {
    this.#held.delete(key)
    if (this.#held.size >= this.#limit) this.#makeRoom()
    this.#held.set(key, { value, expires: this.#clock() + this.#ttlMs, isUsed: false })
  }

  delete(key: K): boolean {
    return this.#held.delete(key)
  }

  clear(): void {
    this.#held.clear()
  }

  /** Oldest first; does not count as use. */
  *entries(): IterableIterator<[K, V]> {
    for (const [key, held] of this.#held) yield [key, held.value]
  }

  #makeRoom(): void {
    const now = this.#clock()
    let chances = SECOND_CHANCES
    for (const [key, held] of this.#held) {
      this.#held.delete(key)
      if (held.expires <= now) return
      if (held.isUsed && chances > 0) {
        chances -= 1
        held.isUsed = false
        // A Map keeps insertion order: set again, the entry is the youngest.
        this.#held.set(key, held)
        continue
      }
      this.evicted += 1
      this.#onEvict?.(key, held.value)
      return
    }
  }
}
