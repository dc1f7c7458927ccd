export interface BucketSize {
  readonly burst: number
  readonly perSecond: number
}

/** Lets a burst pass, then so many a second. Times are milliseconds since the epoch. */
export class TokenBucket {
  readonly #burst: number
  readonly #perMs: number
  #tokens: number
  #at = 0

  constructor({ burst, perSecond }: BucketSize) {
    this.#burst = burst
    this.#perMs = perSecond / 1000
    this.#tokens = burst
  }

  /** Whether one more may pass now; what may not takes nothing. */
  take(now: number): boolean {
    // A clock set back must not lock anybody out.
    const elapsed = now - this.#at
    if (elapsed > 0) {
      this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#perMs)
    }
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Of the next one, after a refusal: whole seconds. */
  get secondsToWait(): number {
    return Math.ceil((1 - this.#tokens) / (this.#perMs * 1000))
  }
}
