import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Counter } from '#core/metrics.ts'
import { LIMITS } from '../limits.ts'
import { encodeQuestion, readAnswer } from './dns-message.ts'
import { verdictOf } from './verdict.ts'
import type { FilterVerdict } from './verdict.ts'

export const FILTER_OUTCOMES = ['blocked', 'free', 'unknown', 'remembered', 'too-many'] as const

/** Why a name is blocked for the place that `token` names; null: for nobody in particular. */
export type AskFilter = (name: string, token: string | null) => Promise<FilterVerdict>

const UNKNOWN: FilterVerdict = { outcome: 'unknown' }

/**
 * Asks the DNS filter as any device would, by one query over UDP, and reads its extended error. What it
 * said is remembered for some seconds by name and place: a page that loads asks for a hundred things.
 */
export function createAskFilter(options: {
  readonly filter: ListenAddress
  readonly clock: Clock
  readonly counters: Readonly<Record<(typeof FILTER_OUTCOMES)[number], Counter>>
  readonly waitMs?: number
}): AskFilter {
  const { filter, clock, counters, waitMs = LIMITS.filter.waitMs } = options
  const { remembered: limit, rememberedMs: ttlMs } = LIMITS.filter
  const known = new BoundedMap<string, Promise<FilterVerdict>>({ limit, ttlMs, clock })
  let asking = 0

  async function ask(name: string, token: string | null): Promise<FilterVerdict> {
    asking += 1
    const verdict = await askOnce(filter, encodeQuestion(name, token), waitMs).finally(() => {
      asking -= 1
    })
    counters[verdict.outcome].inc()
    return verdict
  }

  return (name, token) => {
    const key = `${name} ${token ?? ''}`
    const before = known.get(key)
    if (before !== undefined) {
      counters.remembered.inc()
      return before
    }
    if (asking >= LIMITS.filter.asking) {
      counters['too-many'].inc()
      return Promise.resolve(UNKNOWN)
    }
    const asked = ask(name, token)
    known.set(key, asked)
    void asked.then((verdict) => {
      // The next one may find it awake.
      if (verdict.outcome === 'unknown') known.delete(key)
    })
    return asked
  }
}

/** Over a socket of its own: a port that nobody guesses, deaf to every other address. Never rejects. */
function askOnce(
  { host, port }: ListenAddress,
  question: Buffer,
  waitMs: number,
): Promise<FilterVerdict> {
  const { promise, resolve } = Promise.withResolvers<FilterVerdict>()
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let isSettled = false
  function settle(verdict: FilterVerdict): void {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    socket.close()
    resolve(verdict)
  }
  const timer = setTimeout(() => settle(UNKNOWN), waitMs)
  socket.on('error', () => settle(UNKNOWN))
  socket.on('message', (bytes) => {
    const answer = readAnswer(question, bytes)
    if (answer !== null) settle(verdictOf(answer))
  })
  socket.once('connect', () => {
    if (!isSettled) socket.send(question)
  })
  socket.connect(port, host)
  return promise
}
