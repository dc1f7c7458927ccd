/** Counts what each client waits for, so that one with random names cannot take all the room. */
export class FairShare {
  readonly #limit: number
  // Bounded by the questions that wait: whoever waits for nothing is not in it.
  readonly #waiting = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when this client waits for as much as it may; else `leave` must follow. */
  enter(source: string): boolean {
    const count = this.#waiting.get(source) ?? 0
    if (count >= this.#limit) return false
    this.#waiting.set(source, count + 1)
    return true
  }

  leave(source: string): void {
    const left = (this.#waiting.get(source) ?? 1) - 1
    if (left === 0) this.#waiting.delete(source)
    else this.#waiting.set(source, left)
  }
}
