import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import { createBreaker } from '#core/breaker.ts'
import type { Breaker, BreakerState } from '#core/breaker.ts'
import { createLdapConnection } from './connection.ts'
import type { LdapConnection } from './connection.ts'
import type { DirectoryMetrics } from './directory-metrics.ts'
import type { DirectorySettings } from './directory-settings.ts'
import { fault, isAnswer } from './fault.ts'
import type { LdapOutcome } from './fault.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { openSocket } from './open-socket.ts'

/** Bound as the service account, to look; or as whoever signs in, to find out whether it is them. */
export type Purpose = 'look' | 'sign-in'

/** One server of a directory: its connections, and whether it is asked at all. */
export interface LdapServer {
  readonly url: string
  readonly state: BreakerState
  readonly connections: number
  /** Fault `open`: it is being left alone. */
  ask<T>(
    purpose: Purpose,
    question: (connection: LdapConnection) => Promise<LdapOutcome<T>>,
  ): Promise<LdapOutcome<T>>
  close(): void
}

export interface ServerDeps {
  readonly settings: DirectorySettings
  readonly metrics: DirectoryMetrics
  readonly log: Log
  readonly clock: Clock
}

export function createLdapServer(url: string, deps: ServerDeps): LdapServer {
  const { settings, metrics, log, clock } = deps
  const idle: Record<Purpose, LdapConnection[]> = { look: [], 'sign-in': [] }
  const open = new Set<LdapConnection>()
  const timers = new Map<LdapConnection, NodeJS.Timeout>()
  const named = { directory: settings.name, server: url }
  let trouble = ''
  let isLost = false
  let isClosed = false
  const breaker: Breaker = createBreaker(clock, (state) => {
    // A pause after a probe that failed is the same trouble: one line for each time it goes and comes.
    if (state === 'open' && !isLost) {
      isLost = true
      log.warn('directory.server.lost', { ...named, reason: trouble })
    }
    if (state === 'closed' && isLost) {
      isLost = false
      log.info('directory.server.recovered', named)
    }
  })

  async function connect(purpose: Purpose): Promise<LdapOutcome<LdapConnection>> {
    metrics.connects.inc()
    const opened = await openSocket(url, settings, DIRECTORY_LIMITS.connectMs)
    if (!opened.ok) return opened
    const connection: LdapConnection = createLdapConnection(opened.value, () => {
      open.delete(connection)
      idle[purpose] = idle[purpose].filter((other) => other !== connection)
      clearTimeout(timers.get(connection))
      timers.delete(connection)
    })
    open.add(connection)
    if (purpose === 'sign-in') return { ok: true, value: connection }
    const bound = await connection.bind(settings.bindDn, settings.bindPassword)
    if (bound.ok) return { ok: true, value: connection }
    connection.close()
    return isAnswer(bound.fault)
      ? fault('service-account', bound.fault.detail, bound.fault.code)
      : bound
  }

  function take(purpose: Purpose): LdapConnection | null {
    const connection = idle[purpose].pop()
    if (connection === undefined) return null
    clearTimeout(timers.get(connection))
    return connection
  }

  function giveBack(purpose: Purpose, connection: LdapConnection): void {
    const isFull = idle[purpose].length >= DIRECTORY_LIMITS.idleConnections
    if (isClosed || isFull || !connection.isOpen) return connection.close()
    idle[purpose].push(connection)
    timers.set(
      connection,
      setTimeout(() => connection.close(), DIRECTORY_LIMITS.idleMs),
    )
  }

  async function once<T>(
    purpose: Purpose,
    connection: LdapConnection,
    question: (connection: LdapConnection) => Promise<LdapOutcome<T>>,
  ): Promise<LdapOutcome<T>> {
    const began = performance.now()
    const outcome = await question(connection)
    metrics.seconds.observe((performance.now() - began) / 1000)
    if (outcome.ok || outcome.fault.kind === 'result') giveBack(purpose, connection)
    else connection.close()
    return outcome
  }

  async function tried<T>(
    purpose: Purpose,
    question: (connection: LdapConnection) => Promise<LdapOutcome<T>>,
  ): Promise<LdapOutcome<T>> {
    const kept = take(purpose)
    if (kept !== null) {
      const outcome = await once(purpose, kept, question)
      // A server closes what is idle as it likes, and as the question comes: that says nothing of it.
      if (outcome.ok || outcome.fault.kind !== 'lost') return outcome
    }
    const fresh = await connect(purpose)
    if (fresh.ok) return once(purpose, fresh.value, question)
    metrics.connectFailures.inc()
    return fresh
  }

  return {
    url,
    get state() {
      return breaker.state
    },
    get connections() {
      return open.size
    },
    async ask(purpose, question) {
      if (isClosed || !breaker.admits()) return fault('open', 'it did not answer a moment ago')
      const outcome = await tried(purpose, question)
      if (outcome.ok || isAnswer(outcome.fault)) {
        breaker.succeeded()
        return outcome
      }
      trouble = `${outcome.fault.kind}: ${outcome.fault.detail}`
      if (outcome.fault.kind === 'service-account') {
        // Asked again with each login, some directories would lock it.
        if (!isLost) log.error('directory.service-account.refused', { ...named, reason: trouble })
        breaker.trip()
      } else breaker.failed()
      return outcome
    },
    close() {
      isClosed = true
      for (const timer of timers.values()) clearTimeout(timer)
      for (const purpose of ['look', 'sign-in'] as const) {
        for (const connection of [...idle[purpose]]) connection.close()
      }
    },
  }
}
