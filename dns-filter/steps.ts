import {
  createDenial,
  denialAnswer,
  errorAnswer,
  recordsAnswer,
  truncatedAnswer,
} from './message/answer.ts'
import type { Cookies } from './message/cookies.ts'
import type { AnswerCache } from './cache.ts'
import { answerFor, cacheKey } from './cache.ts'
import type { Clients } from './policy/client.ts'
import { extendedError } from './message/edns.ts'
import type { Exchange, Step } from './exchange.ts'
import { LIMITS } from './limits.ts'
import { FairShare } from './upstream/fair-share.ts'
import type { Forwarder } from './upstream/forwarder.ts'
import { COOKIE_ONLY, HEADER, isRecursionDesired, SILENCE } from './message/query.ts'
import type { DnsMetrics } from './metrics.ts'
import type { Decision, Policy } from './policy/policy.ts'
import { ExtendedCode, Rcode, Type } from './message/registry.ts'
import type { ReservedNames } from './policy/reserved-names.ts'
import type { Answer } from './message/response.ts'
import { Suffixes } from './names/suffixes.ts'

export interface StepDeps {
  /** Asked anew at each query, because it is replaced when the places change. */
  readonly clients: () => Clients
  readonly reserved: ReservedNames
  readonly policy: Policy
  readonly cache: AnswerCache
  readonly forwarder: Forwarder
  readonly cookies: Cookies
  readonly metrics: DnsMetrics
}

export type Steps = Readonly<
  Record<
    | 'checkMessage'
    | 'findClient'
    | 'answerReserved'
    | 'applyPolicy'
    | 'refuseNonRecursive'
    | 'answerAny'
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
const REBINDING = extendedError(ExtendedCode.Blocked, 'by=private-address')
const OVERLOAD = extendedError(ExtendedCode.Other, 'overload')

const LOOPBACK_V4 = Uint8Array.of(127, 0, 0, 1)
const LOOPBACK_V6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
const NAT64_WELL_KNOWN = [Uint8Array.of(192, 0, 0, 170), Uint8Array.of(192, 0, 0, 171)]
const RFC8482 = Buffer.from('\x07RFC8482\x00', 'latin1')
const RFC8482_SECONDS = 3_789

export function createSteps(deps: StepDeps): Steps {
  const { clients, reserved, policy, cache, forwarder, cookies, metrics } = deps
  // One name at a time: steps are synchronous, and filled anew for each query by `answerReserved`.
  const name = new Suffixes()
  const target = new Suffixes()
  const share = new FairShare(LIMITS.upstreamPerClient)

  function block(exchange: Exchange, decision: Extract<Decision, { kind: 'block' }>): Uint8Array {
    const { query } = exchange
    metrics.verdicts.blocked.inc()
    const rcode = decision.hasAllowedBelow ? Rcode.NoError : Rcode.NXDomain
    // RFC 2308: the SOA belongs to the zone above the suffix that we say does not exist.
    const owner = name.start(decision.suffix + 1)
    return denialAnswer(query, rcode, owner, BLOCKED, decision.error)
  }

  /** A name that stands for a blocked one (CNAME cloaking), or null. */
  function blockedTarget(exchange: Exchange, answer: Answer): Uint8Array | null {
    for (const bytes of answer.targets) {
      target.read(bytes, 0)
      if (reserved.find(target)?.kind === 'exempt') continue
      const decision = policy.decide(target, exchange.client)
      if (decision.kind !== 'block') continue
      metrics.verdicts.blocked.inc()
      return denialAnswer(exchange.query, Rcode.NXDomain, HEADER, BLOCKED, decision.error)
    }
    return null
  }

  /** What this client may see of an answer that is the same for all. */
  function deliver(exchange: Exchange, answer: Answer, age: number): Uint8Array {
    const { query } = exchange
    if (!exchange.isAllowed) {
      const blocked = blockedTarget(exchange, answer)
      if (blocked !== null) return blocked
      // A web page must not reach the place's own devices through a name of its own (rebinding).
      if (answer.isPrivate && exchange.client.network === 'guest') {
        metrics.verdicts.blocked.inc()
        return denialAnswer(query, Rcode.NoError, HEADER, BLOCKED, REBINDING)
      }
    }
    if (answer.rcode === Rcode.ServFail) metrics.verdicts.failed.inc()
    else metrics.verdicts[age < 0 ? 'resolved' : 'cached'].inc()
    return answerFor(query, answer, Math.max(0, age))
  }

  function overload(exchange: Exchange): Uint8Array {
    metrics.drops.overload.inc()
    metrics.verdicts.failed.inc()
    return errorAnswer(exchange.query, Rcode.ServFail, OVERLOAD)
  }

  /** Before its time is over, so that nobody has to wait when it is. */
  function prefetch({ query, cacheKey }: Exchange): void {
    forwarder.resolve(query, (answer) => {
      if (answer.rcode !== Rcode.ServFail) cache.set(cacheKey, query, answer)
    })
  }

  /** The server's own guard ends where a step answers later. */
  function tryTo(build: () => Uint8Array): Uint8Array | null {
    try {
      return build()
    } catch {
      metrics.drops.internal.inc()
      return null
    }
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
      const client = clients().find(exchange.source)
      if (client === null) {
        metrics.verdicts.refused.inc()
        return errorAnswer(exchange.query, Rcode.Refused, PROHIBITED)
      }
      exchange.client = client
      return 'next'
    },

    answerReserved(exchange) {
      const { query } = exchange
      name.read(query.bytes, HEADER)
      const found = reserved.find(name)
      if (found === null) return 'next'
      if (found.kind === 'exempt') {
        exchange.isAllowed = true
        return 'next'
      }
      if (found.kind === 'canary' && exchange.client.network !== 'guest') return 'next'
      metrics.verdicts.reserved.inc()
      const owner = name.start(found.suffix)
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
        case 'nodata':
          return denialAnswer(query, Rcode.NoError, owner, EMPTY_ZONE, null)
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
      const decision = policy.decide(name, exchange.client)
      if (decision.kind === 'block') return block(exchange, decision)
      exchange.isAllowed = decision.kind === 'allow'
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

    answerFromCache(exchange) {
      exchange.cacheKey = cacheKey(name, exchange.query)
      const found = cache.get(exchange.cacheKey, exchange.query)
      if (found === null) return 'next'
      if (found.isDue && !forwarder.isBusy) prefetch(exchange)
      return deliver(exchange, found.answer, found.age)
    },

    proveAddress({ query, source, via }) {
      if (via.transport !== 'udp' || !forwarder.isBusy) return 'next'
      const { cookie } = query.options
      if (cookie !== null && cookies.isValid(cookie, source)) return 'next'
      metrics.drops.unproven.inc()
      // Both are no longer than the question, and both show whoever really asked the way in.
      return cookie === null ? truncatedAnswer(query) : errorAnswer(query, Rcode.BadCookie)
    },

    askUpstream(exchange) {
      const { query, source, cacheKey: key } = exchange
      if (!share.enter(source)) return overload(exchange)
      let isAnswered = false
      function answerLate(answer: Answer, age: number): void {
        if (isAnswered) return
        isAnswered = true
        clearTimeout(patience)
        share.leave(source)
        exchange.respond(tryTo(() => deliver(exchange, answer, age)))
      }
      const old = cache.stale(key, query)
      const patience =
        old === null
          ? undefined
          : setTimeout(() => {
              cache.rest(key, query)
              answerLate(old, 0)
            }, LIMITS.staleAfter)
      const asked = forwarder.resolve(query, (answer) => {
        const isFailure = answer.rcode === Rcode.ServFail
        if (asked === 'asked') cache.set(key, query, answer)
        if (!isFailure || old === null) return answerLate(answer, -1)
        if (!isAnswered) cache.rest(key, query)
        answerLate(old, 0)
      })
      if (asked !== 'full') return 'later'
      clearTimeout(patience)
      share.leave(source)
      return old === null ? overload(exchange) : deliver(exchange, old, 0)
    },
  }
}
