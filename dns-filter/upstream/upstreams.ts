import type { Clock } from '#core/clock.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { LIMITS } from '../limits.ts'
import { createHttpsLink } from './https-link.ts'
import type { Link, Trust } from './link.ts'
import { createTlsLink } from './tls-link.ts'

export interface Upstream {
  readonly address: DnsUpstream
  /** Null for one that is asked over UDP. */
  readonly link: Link | null
  /** In a row. */
  failures: number
  /** 0: it does not rest. */
  restsUntil: number
  isProbed: boolean
  /** How long it takes to answer, in milliseconds; null: not known, or too long ago. */
  latency: number | null
  measuredAt: number
  /** Answers in a row that were right but for the case of letters. */
  misspellings: number
  /** It does not keep the case of letters: not asked to until then. */
  spellsUntil: number
}

/** The configured upstreams, best first: those that answer fast in their order, then the others. */
export class Upstreams {
  readonly #all: readonly Upstream[]
  readonly #clock: Clock

  constructor(addresses: readonly DnsUpstream[], clock: Clock, trust: Trust = {}) {
    this.#clock = clock
    this.#all = addresses.map((address) => ({
      address,
      link: linkTo(address, trust),
      failures: 0,
      restsUntil: 0,
      isProbed: false,
      latency: null,
      measuredAt: clock(),
      misspellings: 0,
      spellsUntil: 0,
    }))
  }

  /** Nobody is ever left out: a resting upstream is better than none. */
  inOrder(): readonly Upstream[] {
    if (this.#all.length < 2) return this.#all
    const now = this.#clock()
    const known = this.#all.flatMap((upstream) => this.#latencyOf(upstream, now) ?? [])
    const slow = Math.min(...known) * 2 + LIMITS.upstreamSlower
    const rank = (upstream: Upstream): number => {
      if (upstream.restsUntil > 0) return 2
      return (this.#latencyOf(upstream, now) ?? 0) > slow ? 1 : 0
    }
    return this.#all.toSorted((a, b) => rank(a) - rank(b))
  }

  /**
   * Whose rest is over, or who was not asked for a while: to be asked something of our own, so that
   * no client waits for a dead one, and a slow one that has become fast is known.
   */
  toProbe(): readonly Upstream[] {
    if (this.#all.length < 2) return []
    const now = this.#clock()
    return this.#all.filter(({ restsUntil, measuredAt, isProbed }) => {
      if (isProbed) return false
      return restsUntil > 0 ? restsUntil <= now : now - measuredAt > LIMITS.upstreamRemeasure
    })
  }

  failed(upstream: Upstream): void {
    upstream.failures++
    if (upstream.failures >= LIMITS.upstreamFailuresBeforeRest) {
      upstream.restsUntil = this.#clock() + LIMITS.upstreamRest
    }
  }

  answered(upstream: Upstream, ms: number): void {
    upstream.failures = 0
    upstream.restsUntil = 0
    const now = this.#clock()
    const before = this.#latencyOf(upstream, now)
    upstream.latency = before === null ? ms : before * 0.75 + ms * 0.25
    upstream.measuredAt = now
  }

  /** Does it send letters back as they were asked? Until the contrary is known. */
  keepsCase(upstream: Upstream): boolean {
    return upstream.spellsUntil <= this.#clock()
  }

  spelt(upstream: Upstream, isRight: boolean): void {
    upstream.misspellings = isRight ? 0 : upstream.misspellings + 1
    if (upstream.misspellings < LIMITS.upstreamMisspellings) return
    upstream.misspellings = 0
    upstream.spellsUntil = this.#clock() + LIMITS.upstreamMisspells
  }

  close(): void {
    for (const { link } of this.#all) link?.close()
  }

  get resting(): number {
    return this.#all.filter((upstream) => upstream.restsUntil > 0).length
  }

  /** Null when it is not known, or was too long ago. */
  #latencyOf({ latency, measuredAt, restsUntil }: Upstream, now: number): number | null {
    return restsUntil > 0 || now - measuredAt > 2 * LIMITS.upstreamRemeasure ? null : latency
  }
}

function linkTo(address: DnsUpstream, trust: Trust): Link | null {
  switch (address.over) {
    case 'udp':
      return null
    case 'tls':
      return createTlsLink(address, trust)
    case 'https':
      return createHttpsLink(address, trust)
  }
}
