import {
  aliasAnswer,
  createDenial,
  denialAnswer,
  errorAnswer,
  recordsAnswer,
  truncatedAnswer,
} from './message/answer.ts'
import type { Cookies } from './message/cookies.ts'
import { NO_OPTIONS } from './message/options.ts'
import { blockedAnswer } from './block.ts'
import { answerFor, cacheKey } from './cache.ts'
import { addressesOf, dataOf } from './message/answer-addresses.ts'
import type { Clients } from './policy/client.ts'
import type { Reason } from './policy/effective.ts'
import { extendedError } from './message/edns.ts'
import { listedError } from './policy/listed.ts'
import type { Exchange, Outcome, Step } from './exchange.ts'
import type { Route } from './route.ts'
import type { ZoneRoutes } from './zone-routes.ts'
import { COOKIE_ONLY, HEADER, isRecursionDesired, SILENCE } from './message/query.ts'
import type { Query } from './message/query.ts'
import type { DnsMetrics } from './metrics.ts'
import type { Policy } from './policy/policy.ts'
import { ExtendedCode, Rcode, Type } from './message/registry.ts'
import type { NameMap } from './names/name-map.ts'
import type { EncryptedSelf } from './message/resolver-records.ts'
import { resolverRecords } from './message/resolver-records.ts'
import type { Answer } from './message/response.ts'
import { Suffixes } from './names/suffixes.ts'
import type { Counts } from './policy/counts.ts'
import type { Watch } from './policy/watch.ts'

export interface StepDeps {
  /** Asked anew at each query, because it is replaced when the places change. */
  readonly clients: () => Clients
  readonly policy: Policy
  readonly safeSearch: NameMap<Uint8Array>
  /** Null: neither over TLS nor over HTTPS. */
  readonly encryptedSelf: () => EncryptedSelf | null
  readonly internet: Route
  readonly zones: ZoneRoutes
  readonly cookies: Cookies
  readonly metrics: DnsMetrics
  readonly counts: Counts
  readonly watch: Watch
}

export type Steps = Readonly<
  Record<
    | 'checkMessage'
    | 'findClient'
    | 'answerReserved'
    | 'applyPolicy'
    | 'refuseNonRecursive'
    | 'answerAny'
    | 'leadToSafeSearch'
    | 'answerFromCache'
    | 'proveAddress'
    | 'askUpstream',
    Step
  >
>

/** Short, so that an allow takes effect while the person still stands there. */
const BLOCKED = createDenial(30)
/** RFC 6303 section 3. */
const EMPTY_ZONE = createDenial(10_800)

const PROHIBITED = extendedError(ExtendedCode.Prohibited)
const NOT_AUTHORITATIVE = extendedError(ExtendedCode.NotAuthoritative)
const CANARY = extendedError(ExtendedCode.Blocked, 'by=network')
const SAFE_SEARCH = extendedError(ExtendedCode.Forged, 'by=safe-search')
const OVERLOAD = extendedError(ExtendedCode.Other, 'overload')

const LOOPBACK_V4 = Uint8Array.of(127, 0, 0, 1)
const LOOPBACK_V6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
const NAT64_WELL_KNOWN = [Uint8Array.of(192, 0, 0, 170), Uint8Array.of(192, 0, 0, 171)]
const RFC8482 = Buffer.from('\x07RFC8482\x00', 'latin1')
const RFC8482_SECONDS = 3_789
const RESOLVER_SECONDS = 300
/** `_dns` before `resolver.arpa`. */
const DNS_LABEL = Buffer.from('\x04_dns', 'latin1')
/** Of a name that is led elsewhere, the types that a browser would find its way round by. */
const LED_TYPES: ReadonlySet<number> = new Set([
  Type.A,
  Type.AAAA,
  Type.CNAME,
  Type.HTTPS,
  Type.SVCB,
  Type.ANY,
])

export function createSteps(deps: StepDeps): Steps {
  const { clients, policy, safeSearch, internet, zones, metrics, counts, watch, cookies } = deps
  // One name at a time: steps are synchronous, and filled anew for each query by `answerReserved`.
  const name = new Suffixes()
  const target = new Suffixes()

  function block(
    exchange: Exchange,
    reason: Reason,
    owner: number = HEADER,
    hasAllowedBelow = false,
  ): Uint8Array {
    metrics.verdicts.blocked.inc()
    counts.blocked(exchange.client, reason.category)
    watch.see(exchange, reason.category)
    const { page } = policy.of(exchange.client, exchange.at)
    return blockedAnswer(exchange.query, reason, page, owner, hasAllowedBelow)
  }

  /** Why a client may not see what the name stands for: CNAME cloaking, forbidden or inner addresses. */
  function reasonAgainst(exchange: Exchange, answer: Answer): Reason | null {
    if (exchange.isExempt) return null
    const { client, query, at } = exchange
    const held = policy.of(client, at)
    if (!exchange.isAllowed) {
      for (const bytes of answer.targets) {
        target.read(bytes, 0)
        const kept = policy.reserved.find(target)?.kind
        if (kept === 'exempt') continue
        if (kept === 'internal' && client.network === 'guest') return held.internalReason
        const { kind, reason, listed } = policy.decide(target, client, at)
        if (kind === 'block') return reason
        exchange.listed = policy.listedTogether(exchange.listed, listed)
      }
      const { addresses } = held
      const isForbidden =
        addresses !== null &&
        addressesOf(answer).some((address) => addresses.lookup(address) === true)
      if (isForbidden) return held.addressReason
    }
    // A web page must not reach the place's own devices through a name of its own (rebinding), and that
    // the name is allowed does not say that its address is.
    if (!answer.isPrivate || client.network !== 'guest') return null
    target.read(query.bytes, HEADER)
    return isAmong(held.privateNames, target) ? null : held.privateReason
  }

  /** What this client may see of an answer that is the same for all. */
  function deliver(exchange: Exchange, answer: Answer, age: number): Uint8Array {
    const reason = reasonAgainst(exchange, answer)
    if (reason !== null) return block(exchange, reason)
    if (answer.rcode === Rcode.ServFail) metrics.verdicts.failed.inc()
    else metrics.verdicts[age < 0 ? 'resolved' : 'cached'].inc()
    counts.answered(exchange.client, exchange.listed)
    watch.see(exchange, null)
    const told = exchange.query.options.wantsListed
      ? { ...answer, extendedError: listedError(exchange.listed) }
      : answer
    return answerFor(exchange.query, told, Math.max(0, age))
  }

  /** The name as an alias of the engine's own for safe search, with the addresses of that. */
  function deliverLed(
    exchange: Exchange,
    wire: Uint8Array,
    answer: Answer,
    age: number,
  ): Uint8Array {
    const { query } = exchange
    const reason = reasonAgainst(exchange, answer)
    if (reason !== null) return block(exchange, reason)
    if (answer.rcode === Rcode.ServFail) {
      metrics.verdicts.failed.inc()
      return errorAnswer(query, Rcode.ServFail)
    }
    metrics.verdicts.rewritten.inc()
    counts.answered(exchange.client, exchange.listed)
    watch.see(exchange, null)
    const seconds = Math.max(0, answer.seconds - Math.max(0, age))
    const records = dataOf(answer, query.type)
    const error = query.options.wantsListed ? listedError(exchange.listed) : SAFE_SEARCH
    return aliasAnswer(query, wire, query.type, seconds, records, error)
  }

  function overload(exchange: Exchange): Uint8Array {
    metrics.drops.overload.inc()
    metrics.verdicts.failed.inc()
    return errorAnswer(exchange.query, Rcode.ServFail, OVERLOAD)
  }

  function proveAddress({ query, source, via, route }: Exchange): Outcome {
    const { forwarder } = route ?? internet
    if (via.transport !== 'udp' || !forwarder.isBusy) return 'next'
    const { cookie } = query.options
    if (cookie !== null && cookies.isValid(cookie, source)) return 'next'
    metrics.drops.unproven.inc()
    // Both are no longer than the question, and both show whoever really asked the way in.
    return cookie === null ? truncatedAnswer(query) : errorAnswer(query, Rcode.BadCookie)
  }

  return {
    checkMessage({ query, via }) {
      // RFC 7828 section 3.3.2: over UDP the option is ignored, whatever it holds.
      const isTimeoutSent = via.transport !== 'udp' && query.options.keepalive === 'malformed'
      if (query.fault === 0 && !isTimeoutSent) return 'next'
      if (query.fault === SILENCE) {
        metrics.drops['not-a-query'].inc()
        return 'drop'
      }
      if (query.fault === COOKIE_ONLY) {
        metrics.verdicts.reserved.inc()
        return errorAnswer(query, Rcode.NoError)
      }
      metrics.verdicts.malformed.inc()
      return errorAnswer(query, isTimeoutSent ? Rcode.FormErr : query.fault)
    },

    findClient(exchange) {
      const client = clients().find(exchange.source, exchange.via, exchange.query)
      if (client === null) {
        metrics.verdicts.refused.inc()
        return errorAnswer(exchange.query, Rcode.Refused, PROHIBITED)
      }
      exchange.client = client
      return 'next'
    },

    answerReserved(exchange) {
      const { query, client, at } = exchange
      name.read(query.bytes, HEADER)
      const found = policy.reserved.find(name)
      if (found === null) return 'next'
      if (found.kind === 'exempt') {
        exchange.isAllowed = true
        exchange.isExempt = true
        exchange.route = zones.find(name)?.route ?? null
        return 'next'
      }
      if (found.kind === 'canary' && !policy.of(client, at).isBypassClosed) return 'next'
      const owner = name.start(found.suffix)
      if (found.kind === 'internal') {
        if (client.network === 'guest') {
          const { internalReason } = policy.of(client, at)
          return block(exchange, internalReason, name.start(found.suffix + 1))
        }
        // Not those of a zone above: what is internal within it is nobody's to answer.
        const zone = zones.find(name)
        if (zone !== null && zone.suffix <= found.suffix) {
          exchange.route = zone.route
          return 'next'
        }
      }
      metrics.verdicts.reserved.inc()
      switch (found.kind) {
        case 'canary':
          return denialAnswer(query, Rcode.NXDomain, name.start(found.suffix + 1), BLOCKED, CANARY)
        case 'loopback':
          if (query.type === Type.A) return recordsAnswer(query, Type.A, 3600, [LOOPBACK_V4])
          if (query.type === Type.AAAA) return recordsAnswer(query, Type.AAAA, 3600, [LOOPBACK_V6])
          return denialAnswer(query, Rcode.NoError, owner, EMPTY_ZONE, null)
        case 'nat64':
          if (query.type === Type.A) return recordsAnswer(query, Type.A, 3600, NAT64_WELL_KNOWN)
          return denialAnswer(query, Rcode.NoError, owner, EMPTY_ZONE, null)
        case 'resolver': {
          const self = deps.encryptedSelf()
          const isAbout =
            self !== null && query.type === Type.SVCB && found.suffix === 1 && isDnsLabel(name)
          const records = isAbout ? resolverRecords(self, clients().tokenOf(client)) : []
          if (records.length > 0) {
            return recordsAnswer(query, Type.SVCB, RESOLVER_SECONDS, records)
          }
          return denialAnswer(query, Rcode.NoError, owner, EMPTY_ZONE, null)
        }
        case 'internal':
        case 'empty':
          return denialAnswer(
            query,
            found.suffix === 0 ? Rcode.NoError : Rcode.NXDomain,
            owner,
            EMPTY_ZONE,
            null,
          )
      }
    },

    applyPolicy(exchange) {
      if (exchange.isAllowed) return 'next'
      const decision = policy.decide(name, exchange.client, exchange.at)
      const { kind, reason, suffix, hasAllowedBelow, listed } = decision
      if (reason !== null) {
        // RFC 2308: the SOA belongs to the zone above the suffix that we say does not exist.
        return block(exchange, reason, name.start(suffix + 1), hasAllowedBelow)
      }
      exchange.isAllowed = kind === 'allow'
      exchange.listed = listed
      return 'next'
    },

    refuseNonRecursive({ query }) {
      if (isRecursionDesired(query)) return 'next'
      metrics.verdicts.refused.inc()
      return errorAnswer(query, Rcode.Refused, NOT_AUTHORITATIVE)
    },

    answerAny({ query }) {
      if (query.type !== Type.ANY) return 'next'
      metrics.verdicts.reserved.inc()
      return recordsAnswer(query, Type.HINFO, RFC8482_SECONDS, [RFC8482])
    },

    leadToSafeSearch(exchange) {
      const { query, client, at } = exchange
      if (!LED_TYPES.has(query.type) || !policy.of(client, at).safeSearch) return 'next'
      const wire = safeSearch.get(name, 0)
      if (wire === undefined) return 'next'
      if (query.type !== Type.A && query.type !== Type.AAAA) {
        metrics.verdicts.rewritten.inc()
        return aliasAnswer(query, wire, query.type, BLOCKED.seconds, [], SAFE_SEARCH)
      }
      const led = questionAbout(query, wire)
      target.read(wire, 0)
      const key = cacheKey(target, led)
      const found = internet.cache.get(key, led, at)
      if (found?.isDue === true) internet.resolution.prefetch(led, key)
      if (found !== null) return deliverLed(exchange, wire, found.answer, found.age)
      const proved = proveAddress(exchange)
      if (proved !== 'next') return proved
      const tell = (answer: Answer, age: number): Uint8Array =>
        deliverLed(exchange, wire, answer, age)
      return internet.resolution.ask(exchange, led, key, tell) ?? overload(exchange)
    },

    answerFromCache(exchange) {
      const { cache, resolution } = exchange.route ?? internet
      exchange.cacheKey = cacheKey(name, exchange.query)
      const found = cache.get(exchange.cacheKey, exchange.query, exchange.at)
      if (found === null) return 'next'
      if (found.isDue) resolution.prefetch(exchange.query, exchange.cacheKey)
      return deliver(exchange, found.answer, found.age)
    },

    proveAddress,

    askUpstream(exchange) {
      const { query, cacheKey: key } = exchange
      const { resolution } = exchange.route ?? internet
      const tell = (answer: Answer, age: number): Uint8Array => deliver(exchange, answer, age)
      return resolution.ask(exchange, query, key, tell) ?? overload(exchange)
    },
  }
}

function isAmong(names: NameMap<true> | null, name: Suffixes): boolean {
  if (names === null) return false
  for (let suffix = name.count - 1; suffix >= 0; suffix--) {
    if (names.get(name, suffix) === true) return true
  }
  return false
}

function isDnsLabel(name: Suffixes): boolean {
  const first = name.bytes.subarray(name.start(0), name.start(0) + DNS_LABEL.length)
  return Buffer.from(first).toString('latin1').toLowerCase() === DNS_LABEL.toString('latin1')
}

/** The same question about another name, which is in wire form. */
function questionAbout(query: Query, wire: Uint8Array): Query {
  const bytes = Buffer.concat([
    query.bytes.subarray(0, HEADER),
    wire,
    query.bytes.subarray(query.questionEnd - 4, query.questionEnd),
  ])
  return { ...query, bytes, questionEnd: bytes.length, options: NO_OPTIONS }
}
