import { randomInt } from 'node:crypto'
import { askTcp } from './ask-tcp.ts'
import type { Ask, Asked } from './ask-udp.ts'
import { askUdp } from './ask-udp.ts'
import { writeOpt } from '../message/edns.ts'
import { LIMITS } from '../limits.ts'
import type { Query } from '../message/query.ts'
import { HEADER, isCheckingDisabled } from '../message/query.ts'
import type { DnsMetrics } from '../metrics.ts'
import { byteAt, LOWER } from '../message/name.ts'
import { ExtendedCode, Rcode } from '../message/registry.ts'
import type { Answer } from '../message/response.ts'
import {
  failure,
  isAnswerTo,
  isBareRefusal,
  isTruncated,
  rcodeOf,
  readAnswer,
} from '../message/response.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

type OnAnswer = (answer: Answer) => void

export interface Forwarder {
  /**
   * Finds the answer to the query's question, later and always; `joined` if it was being asked
   * already, `full` if too many wait and `onAnswer` will not be called.
   */
  resolve(query: Query, onAnswer: OnAnswer): 'asked' | 'joined' | 'full'
  /** Half the room for questions is taken. */
  readonly isBusy: boolean
  stop(): void
}

/** What is asked, apart from who asks: everyone who asks the same waits for the same answer. */
interface Question {
  /** Name in lower case, type and class. */
  readonly bytes: Uint8Array
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
}

/** An answer for the client, or why there is none from this upstream. */
type Tried = Answer | { readonly failed: 'asking' | 'rcode'; readonly extendedCode: number | null }

export function createForwarder(upstreams: Upstreams, metrics: DnsMetrics): Forwarder {
  const waiting = new Map<string, OnAnswer[]>()
  const open = new Set<() => void>()
  let isStopped = false

  async function find(question: Question): Promise<Answer> {
    const order = upstreams.inOrder()
    let extendedCode: number | null = ExtendedCode.NoReachableAuthority
    const refusedBy = new Set<Upstream>()
    for (const [turn, timeoutMs] of LIMITS.upstreamTries.entries()) {
      const upstream = order[turn % order.length]
      // An upstream that said no will say no again; only silence is worth a second try.
      if (upstream === undefined || isStopped || refusedBy.has(upstream)) continue
      const tried = await tryOnce(upstream, question, timeoutMs)
      if (!('failed' in tried)) return tried
      if (tried.failed === 'rcode') {
        refusedBy.add(upstream)
        extendedCode = tried.extendedCode
      }
    }
    return failure(question.bytes, extendedCode)
  }

  async function tryOnce(
    upstream: Upstream,
    question: Question,
    timeoutMs: number,
  ): Promise<Tried> {
    let asked = await askOver(askUdp, upstream, question, timeoutMs, true)
    if (typeof asked !== 'string' && isEdnsRefused(asked)) {
      asked = await askOver(askUdp, upstream, question, timeoutMs, false)
    }
    if (asked === 'forged' || (typeof asked !== 'string' && isTruncated(asked))) {
      asked = await askOver(askTcp, upstream, question, LIMITS.upstreamTcp, true)
    }
    if (asked === 'stopped') return { failed: 'asking', extendedCode: null }
    const answer =
      typeof asked === 'string' ? null : readAnswer(asked, question.bytes.length, question.dnssecOk)
    if (answer === null) {
      metrics.upstreamFailures[typeof asked === 'string' ? asked : 'malformed'].inc()
      upstreams.failed(upstream)
      return { failed: 'asking', extendedCode: null }
    }
    upstreams.answered(upstream)
    if (answer.rcode === Rcode.NoError || answer.rcode === Rcode.NXDomain) return answer
    metrics.upstreamFailures.rcode.inc()
    return { failed: 'rcode', extendedCode: answer.extendedCode }
  }

  function askOver(
    transport: (ask: Ask) => Promise<Asked>,
    upstream: Upstream,
    question: Question,
    timeoutMs: number,
    withEdns: boolean,
  ): Promise<Asked> {
    const id = randomInt(0x10000)
    metrics.upstreamQueries.inc()
    return transport({
      upstream: upstream.address,
      message: buildQuery(id, question, withEdns),
      timeoutMs,
      accept: (bytes) =>
        isAnswerTo(bytes, id, question.bytes) || (withEdns && isBareRefusal(bytes, id)),
      onMismatch: () => metrics.upstreamMismatches.inc(),
      open,
    })
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
      waiting.set(key, waiters)
      // A rejection can only come from the machine (no descriptor, no memory): it is a failure too.
      const found = find(question).catch(() => failure(question.bytes, null))
      void found.then((answer) => {
        waiting.delete(key)
        metrics.upstreamSeconds.observe((performance.now() - started) / 1000)
        for (const waiter of waiters) waiter(answer)
      })
      return 'asked'
    },
    get isBusy() {
      return waiting.size > LIMITS.upstreamQuestions / 2
    },
    stop() {
      isStopped = true
      for (const end of open) end()
    },
  }
}

/** A server older than EDNS says so with FORMERR or NOTIMP and no OPT (RFC 6891 section 7). */
function isEdnsRefused(bytes: Uint8Array): boolean {
  const rcode = rcodeOf(bytes)
  const hasNoRecords = byteAt(bytes, 10) === 0 && byteAt(bytes, 11) === 0
  return hasNoRecords && (rcode === Rcode.FormErr || rcode === Rcode.NotImp)
}

function questionOf(query: Query): Question {
  // A real copy: slice() of a Buffer would be a view, and the client wants its own spelling back.
  const bytes = new Uint8Array(query.bytes.subarray(HEADER, query.questionEnd))
  for (let i = 0; i < bytes.length - 4; i++) bytes[i] = byteAt(LOWER, byteAt(bytes, i))
  return { bytes, dnssecOk: query.dnssecOk, checkingDisabled: isCheckingDisabled(query) }
}

function keyOf(question: Question): string {
  const flags = (question.dnssecOk ? 2 : 0) | (question.checkingDisabled ? 1 : 0)
  return flags + Buffer.from(question.bytes).toString('latin1')
}

/** A query of our own: nothing of the client but the question, DO and CD; never its subnet. */
function buildQuery(id: number, question: Question, withEdns: boolean): Uint8Array {
  const { bytes, dnssecOk, checkingDisabled } = question
  const out = Buffer.alloc(HEADER + bytes.length + (withEdns ? 11 : 0))
  out.writeUInt16BE(id, 0)
  out[2] = 0x01
  out[3] = checkingDisabled ? 0x10 : 0
  out[5] = 1
  out.set(bytes, HEADER)
  if (withEdns) {
    out[11] = 1
    writeOpt(out, HEADER + bytes.length, dnssecOk, null, 0)
  }
  return out
}
