/*
 * What is under way, thousands of times a second for some milliseconds each. Not a Map or a Set: one that is always
 * added to and taken from makes its table anew, each old table points to the next (for who goes through it
 * meanwhile), and once one of them is old, V8 takes for alive whatever was in those after it: everything that
 * anybody ever waited for is then moved twice, and stays until the next whole collection.
 */

/** By a key. */
export class UnderWay<V> {
  readonly #held: Record<string, V> = Object.create(null) as Record<string, V>
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string | number): V | undefined {
    return this.#held[key]
  }

  /** For a key that is not there. */
  add(key: string | number, value: V): void {
    this.#held[key] = value
    this.#size += 1
  }

  delete(key: string | number): void {
    if (!(key in this.#held)) return
    // What is asked for here is a hash table, and an object whose properties are deleted is one.
    delete this.#held[key]
    this.#size -= 1
  }

  /** All, which are then no longer under way. */
  takeAll(): readonly V[] {
    const all = Object.entries(this.#held)
    for (const [key] of all) this.delete(key)
    return all.map(([, value]) => value)
  }
}

/** By a number that is given when it begins. */
export class Bag<T> {
  readonly #slots: (T | null)[] = []
  readonly #free: number[] = []

  add(thing: T): number {
    const at = this.#free.pop() ?? this.#slots.length
    this.#slots[at] = thing
    return at
  }

  remove(at: number): void {
    this.#slots[at] = null
    this.#free.push(at)
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const thing of this.#slots) if (thing !== null) yield thing
  }
}
