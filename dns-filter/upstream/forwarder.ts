import { randomBytes, randomInt } from 'node:crypto'
import { LIMITS } from '../limits.ts'
import { byteAt } from '../message/name.ts'
import type { Query } from '../message/query.ts'
import { ExtendedCode, Rcode } from '../message/registry.ts'
import type { Answer } from '../message/response.ts'
import { failure, isTruncated, rcodeOf, readAnswer } from '../message/response.ts'
import type { ExtendedError } from '../message/edns.ts'
import { extendedError } from '../message/edns.ts'
import { Bag, UnderWay } from '#core/under-way.ts'
import type { Span, Spans } from '#core/tracing/span.ts'
import type { DnsMetrics } from '../metrics.ts'
import type { Ask, Asked } from './ask.ts'
import { askTcp } from './ask-tcp.ts'
import { askUdp } from './ask-udp.ts'
import { buildQuery, judge, keyOf, PROBE, questionOf, spellAtRandom } from './question.ts'
import type { Question } from './question.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

const RCODE_NAME = new Map<number, string>(
  Object.entries(Rcode).map(([name, code]) => [code, name.toLowerCase()]),
)

type OnAnswer = (answer: Answer) => void

export interface Forwarder {
  /**
   * Finds the answer to the query's question, later and always; `joined` if it was being asked
   * already, `full` if too many wait and `onAnswer` will not be called.
   */
  resolve(query: Query, onAnswer: OnAnswer): 'asked' | 'joined' | 'full'
  /** Half the room for questions is taken. */
  readonly isBusy: boolean
  /** No upstream is being asked, for a client or of our own. */
  readonly isIdle: boolean
  stop(): void
}

/** An answer for the client, or why there is none from this upstream. */
type Tried =
  | Answer
  | { readonly failed: 'silent' | 'unreachable' }
  | { readonly failed: 'rcode'; readonly error: ExtendedError | null }

export function createForwarder(
  upstreams: Upstreams,
  metrics: DnsMetrics,
  spans?: Spans,
  /** In ms, for how long each upstream takes: not the clock, which may be set meanwhile. */
  elapsed: () => number = () => performance.now(),
): Forwarder {
  const waiting = new UnderWay<OnAnswer[]>()
  const open = new Bag<() => void>()
  let isStopped = false

  async function find(question: Question, span: Span | null): Promise<Answer> {
    for (const upstream of upstreams.toProbe()) void probe(upstream)
    const order = upstreams.inOrder()
    let isReached = false
    let said: ExtendedError | null | undefined
    const refusedBy = new Set<Upstream>()
    for (const [turn, timeoutMs] of LIMITS.upstreamTries.entries()) {
      const upstream = order[turn % order.length]
      // An upstream that said no will say no again; only silence is worth a second try.
      if (upstream === undefined || isStopped || refusedBy.has(upstream)) continue
      const child = span?.child('dns upstream try', 'client')
      const tried = await tryOnce(upstream, question, timeoutMs)
      child?.end(saidOf(upstream, tried))
      if (!('failed' in tried)) return tried
      if (tried.failed !== 'unreachable') isReached = true
      if (tried.failed !== 'rcode') continue
      refusedBy.add(upstream)
      said = tried.error
    }
    if (said !== undefined) return failure(question.bytes, said)
    // RFC 8914 sections 4.23 and 4.24: silence, or no way there at all.
    const code = isReached ? ExtendedCode.NoReachableAuthority : ExtendedCode.NetworkError
    return failure(question.bytes, extendedError(code))
  }

  async function probe(upstream: Upstream): Promise<void> {
    upstream.isProbed = true
    const [timeoutMs] = LIMITS.upstreamTries
    await tryOnce(upstream, PROBE, timeoutMs).catch(() => {})
    upstream.isProbed = false
  }

  async function tryOnce(
    upstream: Upstream,
    question: Question,
    timeoutMs: number,
  ): Promise<Tried> {
    const started = elapsed()
    const asked =
      upstream.link === null
        ? await askPlain(upstream, question, timeoutMs)
        : await askOver((ask) => upstream.link?.ask(ask), question, timeoutMs, 'padded', false)
    if (asked === 'stopped') return { failed: 'silent' }
    const answer =
      typeof asked === 'string' ? null : readAnswer(asked, question.bytes.length, question.dnssecOk)
    if (answer === null) {
      metrics.upstreamFailures[typeof asked === 'string' ? asked : 'malformed'].inc()
      upstreams.failed(upstream)
      const isNoWay = asked === 'unreachable' || asked === 'untrusted'
      return { failed: isNoWay ? 'unreachable' : 'silent' }
    }
    // A resolver that does not serve us is of no more use than one that is silent.
    if (answer.rcode === Rcode.Refused) upstreams.failed(upstream)
    else upstreams.answered(upstream, elapsed() - started)
    if (answer.rcode === Rcode.NoError || answer.rcode === Rcode.NXDomain) return answer
    metrics.upstreamFailures.rcode.inc()
    return { failed: 'rcode', error: answer.extendedError }
  }

  async function askPlain(
    upstream: Upstream,
    question: Question,
    timeoutMs: number,
  ): Promise<Asked> {
    const { address } = upstream
    const isSpelt = upstreams.keepsCase(upstream)
    const udp = (ask: Ask): Promise<Asked> => askUdp(address, ask)
    let asked = await askOver(udp, question, timeoutMs, 'edns', isSpelt)
    if (typeof asked !== 'string' && isEdnsRefused(asked)) {
      asked = await askOver(udp, question, timeoutMs, 'plain', isSpelt)
    }
    if (isSpelt && typeof asked !== 'string') upstreams.spelt(upstream, true)
    const isMisspelt = asked === 'misspelt'
    if (isMisspelt || asked === 'forged' || (typeof asked !== 'string' && isTruncated(asked))) {
      const tcp = (ask: Ask): Promise<Asked> => askTcp(address, ask)
      asked = await askOver(tcp, question, LIMITS.upstreamTcp, 'edns', false)
      // It is there and answers: then it was its own answer that had other letters.
      if (isMisspelt && typeof asked !== 'string') upstreams.spelt(upstream, false)
    }
    return asked
  }

  async function askOver(
    transport: (ask: Ask) => Promise<Asked> | undefined,
    question: Question,
    timeoutMs: number,
    form: 'plain' | 'edns' | 'padded',
    isSpelt: boolean,
  ): Promise<Asked> {
    const id = randomInt(0x10000)
    const spelling = isSpelt ? spellAtRandom(question.bytes, randomBytes(32)) : question.bytes
    metrics.upstreamQueries.inc()
    const asked = await transport({
      message: buildQuery(id, question, spelling, form),
      timeoutMs,
      judge(bytes) {
        const verdict = judge(bytes, id, spelling, form !== 'plain')
        return verdict === 'misspelt' && !isSpelt ? 'taken' : verdict
      },
      onMismatch: () => metrics.upstreamMismatches.inc(),
      open,
    })
    return asked ?? 'unreachable'
  }

  return {
    resolve(query, onAnswer) {
      const question = questionOf(query)
      const key = keyOf(question)
      const others = waiting.get(key)
      if (others !== undefined) {
        if (others.length >= LIMITS.upstreamWaiters) return 'full'
        others.push(onAnswer)
        return 'joined'
      }
      if (isStopped || waiting.size >= LIMITS.upstreamQuestions) return 'full'
      const started = performance.now()
      const waiters = [onAnswer]
      waiting.add(key, waiters)
      // A rejection can only come from the machine (no descriptor, no memory): it is a failure too.
      const span = spans?.start('dns upstream', 'internal') ?? null
      const found = find(question, span).catch(() => failure(question.bytes, null))
      void found.then((answer) => {
        waiting.delete(key)
        metrics.upstreamSeconds.observe((performance.now() - started) / 1000)
        span?.end({ attributes: { 'accueil.outcome': RCODE_NAME.get(answer.rcode) ?? 'other' } })
        for (const waiter of waiters) waiter(answer)
      })
      return 'asked'
    },
    get isBusy() {
      return waiting.size > LIMITS.upstreamQuestions / 2
    },
    get isIdle() {
      return [...open].length === 0
    },
    stop() {
      isStopped = true
      for (const end of open) end()
      upstreams.close()
    },
  }
}

/** Which upstream, and whether it answered; of the name that was asked nothing. */
function saidOf({ address, link }: Upstream, tried: Tried): Parameters<Span['end']>[0] {
  return {
    attributes: {
      'accueil.upstream': `${address.host}:${address.port}`,
      'accueil.transport': link === null ? 'plain' : 'encrypted',
      'accueil.outcome': 'failed' in tried ? tried.failed : 'answered',
    },
    failed: 'failed' in tried,
  }
}

/** A server older than EDNS says so with FORMERR or NOTIMP and no OPT (RFC 6891 section 7). */
function isEdnsRefused(bytes: Uint8Array): boolean {
  const rcode = rcodeOf(bytes)
  const hasNoRecords = byteAt(bytes, 10) === 0 && byteAt(bytes, 11) === 0
  return hasNoRecords && (rcode === Rcode.FormErr || rcode === Rcode.NotImp)
}
