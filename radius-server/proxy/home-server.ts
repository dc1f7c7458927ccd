import { randomBytes, randomInt } from 'node:crypto'
import type { BreakerState } from '#core/breaker.ts'
import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { HomeServer as HomeServerSettings } from '#db/proxying.ts'
import type { Attribute } from '../attributes.ts'
import { AUTHENTICATOR_BYTES } from '../authenticator.ts'
import { CODE } from '../dictionary.ts'
import type { Packet } from '../packet.ts'
import type { SharedSecret } from '../shared-secret.ts'
import { createHomeHealth } from './home-health.ts'
import { openHomeLinks } from './home-links.ts'
import type { Link, SentRequest } from './link.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** When a request is sent again, and when it is given up: RFC 5080 §2.2.1. */
export interface Patience {
  readonly initialMs: number
  readonly mostMs: number
  readonly count: number
  readonly longestMs: number
}

export interface HomeTimes {
  readonly login: Patience
  readonly accounting: Patience
  readonly probeMs: number
}

export const HOME_TIMES: HomeTimes = {
  /** Shorter than the RFC's 30 s: after 15 s no repetition of the gateway is known as one any more. */
  login: { initialMs: 2_000, mostMs: 16_000, count: 5, longestMs: 14_000 },
  accounting: { initialMs: 2_000, mostMs: 16_000, count: 5, longestMs: 30_000 },
  probeMs: 2_000,
}

/** What the hidden values in a request are made of. */
export interface Hiding {
  readonly secret: SharedSecret
  readonly authenticator: Uint8Array
}

export type HomeAnswer =
  | { readonly ok: true; readonly packet: Packet; readonly hiding: Hiding }
  | { readonly ok: false; readonly reason: 'unanswered' | 'too-many' }

/** A server that answers for realms, with the requests that wait for it. */
export interface HomeServer {
  readonly settings: HomeServerSettings
  readonly state: BreakerState
  readonly isSuspect: boolean
  readonly outstanding: number
  /** One Status-Server (RFC 5997); null if it was answered, else why not. */
  probe(): Promise<string | null>
  /** Whether to ask it now; who is told yes asks. */
  admits(): boolean
  /** `mayMove`: another would answer as well, so a silent one is not waited for. */
  ask(
    code: number,
    make: (hiding: Hiding) => readonly Attribute[],
    mayMove: boolean,
  ): Promise<HomeAnswer>
  close(): Promise<void>
}

export interface HomeServerDeps {
  readonly layer: UdpLayer
  readonly metrics: ProxyMetrics
  readonly log: Log
  readonly clock: Clock
  readonly times: HomeTimes
}

export function createHomeServer(settings: HomeServerSettings, deps: HomeServerDeps): HomeServer {
  const { metrics, log, clock, times } = deps
  let lastFailure: string | null = null
  const onFailure = (reason: string): void => {
    lastFailure = reason
  }
  const { secret, authentication, accounting } = openHomeLinks(settings, { ...deps, onFailure })
  const links = new Set([authentication, accounting])
  let isClosed = false
  let isLost = false

  const health = createHomeHealth({
    probe: settings.statusServer ? async () => (await probe()) === null : null,
    probeMs: times.probeMs,
    onChange(state) {
      if (state === 'closed') {
        isLost = false
        log.info('radius.home-server.recovered', { server: settings.name })
      }
      // A trial that failed is no news.
      if (state !== 'open' || isLost) return
      isLost = true
      const reason = lastFailure ?? 'it did not answer'
      log.warn('radius.home-server.lost', { server: settings.name, reason })
      // What waits for it goes to the next, or is told so.
      for (const link of links) link.giveUpAll()
    },
    clock,
  })

  async function probe(): Promise<string | null> {
    const authenticator = randomBytes(AUTHENTICATOR_BYTES)
    const status = { code: CODE['Status-Server'], attributes: [], authenticator }
    const sent = await authentication.send(status)
    const reply = typeof sent === 'string' ? null : await replyWithin(sent, times.probeMs)
    if (typeof sent !== 'string') sent.giveUp()
    metrics.probes[reply === null ? 'unanswered' : 'answered'].inc()
    return reply === null ? (lastFailure ?? 'it does not answer Status-Server') : null
  }

  /** Null when the time is over, or nothing will come any more. */
  function replyWithin({ reply }: SentRequest, ms: number): Promise<Packet | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms, null)
      void reply.then((packet) => {
        clearTimeout(timer)
        resolve(packet)
      })
    })
  }

  async function follow(
    link: Link,
    sent: SentRequest,
    patience: Patience,
    mayMove: boolean,
  ): Promise<Packet | 'unanswered' | 'lost'> {
    const until = clock() + patience.longestMs
    let lost = false
    void sent.reply.then((reply) => (lost = reply === null))
    let wait = jitter(patience.initialMs)
    for (let count = 1; ; count += 1) {
      const sentAt = clock()
      const left = until - sentAt
      const reply = await replyWithin(sent, Math.min(wait, left))
      if (reply !== null) return reply
      if (lost) return 'lost'
      // The first to find it silent waits for one Status-Server: it may only be slow.
      const isKnown = health.isSuspect || !settings.statusServer
      const isSilent = link === authentication && health.silent(sentAt)
      const isVain = health.state !== 'closed' || (mayMove && isSilent && isKnown)
      const isOver = wait >= left || (link.isLossy && count >= patience.count)
      if (isVain || isOver || isClosed) {
        sent.giveUp()
        return 'unanswered'
      }
      sent.sendAgain()
      if (link.isLossy) metrics.requests['sent-again'].inc()
      wait = Math.min(2 * wait + jitter(0.1 * wait), jitter(patience.mostMs))
      if (mayMove && isSilent) wait = Math.min(wait, jitter(1.2 * times.probeMs))
    }
  }

  async function askOnce(
    code: number,
    make: (hiding: Hiding) => readonly Attribute[],
    mayMove: boolean,
  ): Promise<HomeAnswer | 'lost'> {
    const isAccounting = code === CODE['Accounting-Request']
    const link = isAccounting ? accounting : authentication
    const patience = isAccounting ? times.accounting : times.login
    const hiding = { secret, authenticator: randomBytes(AUTHENTICATOR_BYTES) }
    const request = { code, attributes: make(hiding), authenticator: hiding.authenticator }
    const sent = await link.send(request)
    if (typeof sent === 'string') {
      const isAdmitted = sent === 'unreachable' || health.state === 'half-open'
      if (link === authentication && isAdmitted) health.failed()
      metrics.requests[sent === 'full' ? 'too-many-outstanding' : 'unreachable'].inc()
      return { ok: false, reason: sent === 'full' ? 'too-many' : 'unanswered' }
    }
    metrics.requests.sent.inc()
    const packet = await follow(link, sent, patience, mayMove)
    if (packet === 'lost') return packet
    metrics.requests[packet === 'unanswered' ? packet : 'answered'].inc()
    if (packet === 'unanswered') return { ok: false, reason: packet }
    if (link === authentication) health.heard()
    return { ok: true, packet, hiding }
  }

  return {
    settings,
    get state() {
      return health.state
    },
    get isSuspect() {
      return health.isSuspect
    },
    get outstanding() {
      return [...links].reduce((sum, link) => sum + link.outstanding, 0)
    },
    probe,
    admits: () => health.admits(),
    async ask(code, make, mayMove) {
      const answer = await askOnce(code, make, mayMove)
      // A connection that the other end had just closed.
      const again = answer === 'lost' && health.state === 'closed' && !isClosed
      const last = again ? await askOnce(code, make, mayMove) : answer
      if (last !== 'lost') return last
      // Whoever was let through to try says how it went.
      if (code !== CODE['Accounting-Request'] && !isClosed) health.failed()
      metrics.requests.unanswered.inc()
      return { ok: false, reason: 'unanswered' }
    },
    async close() {
      isClosed = true
      health.close()
      await Promise.all([...links].map((link) => link.close()))
    },
  }
}

/** RFC 5080 §2.2.1: up to a tenth more or less, so that many do not come again together. */
function jitter(ms: number): number {
  return ms + (ms * randomInt(-100, 101)) / 1000
}
