import { setTimeout as sleepFor } from 'node:timers/promises'
import { createBreaker } from '#core/breaker.ts'
import type { BreakerState } from '#core/breaker.ts'
import type { Clock } from '#core/clock.ts'

/** What is known of whether a home server answers. */
export interface HomeHealth {
  readonly state: BreakerState
  /** It has let a request wait and said nothing since; known of those that answer Status-Server. */
  readonly isSuspect: boolean
  /** Whether to ask it now; who is told yes says how it went. */
  admits(): boolean
  heard(): void
  /** A request that was sent at that time has waited long enough; whether it has said nothing since. */
  silent(sentAt: number): boolean
  /** It cannot even be reached. */
  failed(): void
  close(): void
}

export interface HealthDeps {
  /** One Status-Server (RFC 5997): whether it was answered. Null: it is known not to answer them. */
  readonly probe: (() => Promise<boolean>) | null
  /** Between two of them, in milliseconds. */
  readonly probeMs: number
  readonly onChange: (state: BreakerState) => void
  readonly clock: Clock
}

/**
 * Alive, suspect, dead. One that lets a request wait while it answers others is slow, and nothing is held
 * against it; one that says nothing at all is suspect, others are preferred, and it is asked by
 * Status-Server until it answers or has missed enough of them to be left alone. Where it does not know
 * Status-Server, the logins themselves are what it is judged by.
 */
export function createHomeHealth({ probe, probeMs, onChange, clock }: HealthDeps): HomeHealth {
  const breaker = createBreaker(clock, onChange)
  const closing = new AbortController()
  let heardAt = 0
  let isSuspect = false
  let isWatching = false

  function heard(): void {
    heardAt = clock()
    isSuspect = false
    breaker.succeeded()
  }

  async function watch(ask: () => Promise<boolean>): Promise<void> {
    while (!closing.signal.aborted && (isSuspect || breaker.state !== 'closed')) {
      const { signal } = closing
      const pause = sleepFor(probeMs, null, { signal, ref: false }).catch(() => {})
      if (breaker.admits()) {
        if (await ask()) heard()
        else breaker.failed()
      }
      await pause
    }
    isWatching = false
  }

  function suspect(): void {
    if (probe === null) return breaker.failed()
    isSuspect = true
    if (isWatching) return
    isWatching = true
    void watch(probe)
  }

  return {
    get state() {
      return breaker.state
    },
    get isSuspect() {
      return isSuspect
    },
    admits() {
      // While it is being probed, what it does with a login would tell nothing more.
      return probe === null ? breaker.admits() : breaker.state === 'closed'
    },
    heard,
    silent(sentAt) {
      if (heardAt > sentAt) return false
      suspect()
      return true
    },
    failed: suspect,
    close() {
      closing.abort()
    },
  }
}
