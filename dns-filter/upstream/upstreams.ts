import type { Clock } from '#core/clock.ts'
import type { ListenAddress } from '#core/listen.ts'
import { LIMITS } from '../limits.ts'

export interface Upstream {
  readonly address: ListenAddress
  /** In a row. */
  failures: number
  restsUntil: number
}

/** The configured upstreams, best first: those that answer in their order, then those that rest. */
export class Upstreams {
  readonly #all: readonly Upstream[]
  readonly #clock: Clock

  constructor(addresses: readonly ListenAddress[], clock: Clock) {
    this.#all = addresses.map((address) => ({ address, failures: 0, restsUntil: 0 }))
    this.#clock = clock
  }

  /** Nobody is ever left out: a resting upstream is better than none. */
  inOrder(): readonly Upstream[] {
    const now = this.#clock()
    return this.#all.toSorted((a, b) => Number(a.restsUntil > now) - Number(b.restsUntil > now))
  }

  /** When the rest is over one question tries it again; a failure then starts the next rest. */
  failed(upstream: Upstream): void {
    upstream.failures++
    if (upstream.failures >= LIMITS.upstreamFailuresBeforeRest) {
      upstream.restsUntil = this.#clock() + LIMITS.upstreamRest
    }
  }

  answered(upstream: Upstream): void {
    upstream.failures = 0
    upstream.restsUntil = 0
  }

  get resting(): number {
    const now = this.#clock()
    return this.#all.filter((upstream) => upstream.restsUntil > now).length
  }
}
