import type { Clock } from '#core/clock.ts'
import { startHeader, writeUint32 } from './message/answer.ts'
import { extendedError, optLength, writeOpt } from './message/edns.ts'
import { LIMITS } from './limits.ts'
import type { Query } from './message/query.ts'
import { HEADER, isAuthenticityWanted, isCheckingDisabled } from './message/query.ts'
import type { DnsMetrics } from './metrics.ts'
import { byteAt, sameQuestion, uint32At } from './message/name.ts'
import { ExtendedCode, Rcode } from './message/registry.ts'
import type { Answer } from './message/response.ts'
import type { Suffixes } from './names/suffixes.ts'

interface Entry {
  readonly answer: Answer
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  readonly storedAt: number
  readonly bytes: number
  /** Set by a hit, taken away when the entry is the next to go: a second chance instead of an order. */
  isUsed: boolean
  hits: number
  isPrefetched: boolean
  /** Until then the upstreams had nothing better, and are not asked. */
  restsUntil: number
}

export interface Found {
  readonly answer: Answer
  /** Seconds. */
  readonly age: number
  /** It is popular and about to end: said once, to who should fetch it anew. */
  readonly isDue: boolean
}

const AD = 0x20

/** An object, a map slot, two array headers: measured on Node 24 with a million entries. */
const ENTRY_OVERHEAD = 400

export interface CacheLimits {
  readonly entries: number
  readonly bytes: number
}

/** What an answer says before any policy, by name, type, DO and CD; bounded in number and bytes. */
export class AnswerCache {
  readonly #entries = new Map<number, Entry>()
  readonly #clock: Clock
  readonly #counters: DnsMetrics['cache']
  readonly #limits: CacheLimits
  #bytes = 0

  constructor(
    clock: Clock,
    counters: DnsMetrics['cache'],
    limits: CacheLimits = { entries: LIMITS.cacheEntries, bytes: LIMITS.cacheBytes },
  ) {
    this.#clock = clock
    this.#counters = counters
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: number, query: Query, now: number = this.#clock()): Found | null {
    const entry = this.#entryFor(key, query, now)
    if (entry === undefined) {
      this.#counters.miss.inc()
      return null
    }
    const age = ageOf(entry, now)
    if (age >= entry.answer.seconds) {
      const isBest = isKept(entry, age) && entry.restsUntil > now
      this.#counters[isBest ? 'stale' : 'miss'].inc()
      return isBest ? { answer: staleAnswer(entry.answer), age: 0, isDue: false } : null
    }
    entry.isUsed = true
    entry.hits++
    this.#counters.hit.inc()
    const { seconds } = entry.answer
    const isDue =
      !entry.isPrefetched &&
      (seconds - age) * 10 < seconds &&
      entry.hits > LIMITS.prefetchHits &&
      seconds >= LIMITS.prefetchSeconds &&
      entry.answer.rcode !== Rcode.ServFail
    if (isDue) {
      entry.isPrefetched = true
      this.#counters.prefetched.inc()
    }
    return { answer: entry.answer, age, isDue }
  }

  /** An answer whose time is over, for when there is none better (RFC 8767); null if there is none. */
  stale(key: number, query: Query): Answer | null {
    const now = this.#clock()
    const entry = this.#entryFor(key, query, now)
    return entry === undefined || !isKept(entry, ageOf(entry, now))
      ? null
      : staleAnswer(entry.answer)
  }

  /** The stale answer was better than waiting: for a while nobody is to wait for another. */
  rest(key: number, query: Query): void {
    const now = this.#clock()
    const entry = this.#entryFor(key, query, now)
    if (entry === undefined) return
    this.#counters.stale.inc()
    entry.restsUntil = now + LIMITS.staleRecheck
  }

  /** Remembers what the query's question was answered with. A failure takes no answer's place. */
  set(key: number, query: Query, answer: Answer): void {
    if (answer.seconds <= 0) return
    const old = this.#entries.get(key)
    if (answer.rcode === Rcode.ServFail && this.stale(key, query) !== null) return
    const bytes = ENTRY_OVERHEAD + answer.wire.length + answer.ttls.byteLength
    if (old !== undefined) this.#drop(key, old)
    this.#entries.set(key, {
      answer,
      dnssecOk: query.dnssecOk,
      checkingDisabled: isCheckingDisabled(query),
      storedAt: this.#clock(),
      bytes,
      isUsed: false,
      hits: 0,
      isPrefetched: false,
      restsUntil: 0,
    })
    this.#bytes += bytes
    this.#makeRoom()
  }

  #entryFor(key: number, query: Query, now: number): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || !isFor(entry, query)) return undefined
    const age = ageOf(entry, now)
    // A clock set back makes the age negative: better to ask again than to trust for ever.
    if (age >= 0 && (age < entry.answer.seconds || isKept(entry, age))) return entry
    this.#drop(key, entry)
    return undefined
  }

  #makeRoom(): void {
    // Each turn either drops an entry or takes a mark away, so this ends.
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) return
      if (entry.isUsed) {
        entry.isUsed = false
        this.#entries.delete(key)
        this.#entries.set(key, entry)
      } else {
        this.#drop(key, entry)
        this.#counters.evicted.inc()
      }
    }
  }

  #drop(key: number, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}

/**
 * 52 bits of hash as the key of a Map, where a string would be made and hashed for each query.
 * Two questions with one key push each other out; they are never taken for each other.
 */
export function cacheKey(name: Suffixes, query: Query): number {
  const flags = (query.dnssecOk ? 2 : 0) | (isCheckingDisabled(query) ? 1 : 0)
  const salt = Math.imul((query.type << 2) | flags, 0x9e3779b1)
  const high = ((name.high[0] ?? 0) ^ salt) >>> 0
  return high * 0x10_0000 + ((name.low[0] ?? 0) >>> 12)
}

/** Seconds. */
function ageOf(entry: Entry, now: number): number {
  return Math.floor((now - entry.storedAt) / 1000)
}

/** May it still be used when there is nothing better? Failures are no answers. */
function isKept(entry: Entry, age: number): boolean {
  return (
    entry.answer.rcode !== Rcode.ServFail && age < entry.answer.seconds + LIMITS.staleKeptSeconds
  )
}

const STALE = extendedError(ExtendedCode.StaleAnswer)
const STALE_NXDOMAIN = extendedError(ExtendedCode.StaleNXDomain)

/** RFC 8767 section 4: with a short life, and saying what it is. */
function staleAnswer(answer: Answer): Answer {
  const wire = Uint8Array.from(answer.wire)
  for (const at of answer.ttls) writeUint32(wire, at, LIMITS.staleSeconds)
  const error = answer.rcode === Rcode.NXDomain ? STALE_NXDOMAIN : STALE
  return { ...answer, wire, extendedError: error, isAuthentic: false }
}

function isFor(entry: Entry, query: Query): boolean {
  const { answer } = entry
  return (
    entry.dnssecOk === query.dnssecOk &&
    entry.checkingDisabled === isCheckingDisabled(query) &&
    answer.questionEnd === query.questionEnd &&
    sameQuestion(answer.wire, HEADER, query.bytes, HEADER, query.questionEnd - HEADER)
  )
}

/** The answer as this client gets it: its id, flags and spelling of the name, TTLs `age` lower. */
export function answerFor(query: Query, answer: Answer, age: number): Uint8Array {
  const error = answer.extendedError
  const length = answer.wire.length
  const out = Buffer.allocUnsafe(length + (query.edns ? optLength(error) : 0))
  out.set(answer.wire, 0)
  startHeader(out, query, answer.rcode)
  // RFC 6840 section 5.8: for who asked whether it was validated, by DO or AD.
  if (answer.isAuthentic && isAuthenticityWanted(query)) out[3] = byteAt(out, 3) | AD
  // The same length as in the answer, so every pointer into it still points to the right label.
  for (let i = HEADER; i < query.questionEnd; i++) out[i] = byteAt(query.bytes, i)
  out[4] = 0
  out[5] = 1
  if (age > 0) {
    for (const at of answer.ttls) writeUint32(out, at, Math.max(0, uint32At(out, at) - age))
  }
  if (query.edns) {
    out[10] = 0
    out[11] = 1
    writeOpt(out, length, query.dnssecOk, error, 0)
  }
  return out
}
