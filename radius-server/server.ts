import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import { reasonOf } from '#core/error.ts'
import type { Client, ClientTable } from './client.ts'
import { CODE } from './dictionary.ts'
import type { Duplicates } from './duplicates.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { RadiusMetrics } from './metrics.ts'
import { parsePacket } from './packet.ts'
import { runSteps } from './pipeline.ts'
import type { Rotations } from './rotations.ts'
import { encodeReply } from './reply.ts'
import { silence } from './request.ts'
import type { Answer, RadiusRequest, Service, Source, Step } from './request.ts'

/** Null is silence. */
type Reply = Uint8Array | null

export interface RadiusServer {
  /**
   * One packet in; what to send back, at once or later. Never throws, never rejects. `proved` is who the
   * transport has found the other end to be; over UDP nobody, and the source address decides.
   */
  handle(
    service: Service,
    datagram: Uint8Array,
    source: Source,
    proved?: Client,
  ): Reply | Promise<Reply>
  /** The same for a packet that another process has counted and handed over. */
  takeOver: RadiusServer['handle']
}

export interface ServerDeps {
  readonly clients: ClientTable
  readonly rotations: Pick<Rotations, 'settle'>
  readonly duplicates: Duplicates
  readonly accessRequest: readonly Step[]
  readonly accountingRequest: readonly Step[]
  /** CoA-Request and Disconnect-Request, which nobody should send to us. */
  readonly dynamicRequest: readonly Step[]
  readonly statusServer: readonly Step[]
  /** Told of what was decided about each request that has a client. */
  readonly decided: (request: RadiusRequest, answer: Answer) => void
  /** Told of each request that was accepted or recorded. */
  readonly saw: (request: RadiusRequest) => void
  readonly metrics: RadiusMetrics
  readonly log: Log
  readonly clock: Clock
}

const NO_ATTRIBUTES = [] as const
const TOO_LONG = silence('reply-too-long')

export function createServer(deps: ServerDeps): RadiusServer {
  const { clients, duplicates, metrics, log, clock } = deps
  const mayLogUnknown = createLogLimit(clock)
  const mayLogFault = createLogLimit(clock)

  function stepsFor(service: Service, code: number): readonly Step[] | null {
    if (code === CODE['Status-Server']) return deps.statusServer
    if (code === CODE['Access-Request'] && service !== 'accounting') return deps.accessRequest
    if (code === CODE['Accounting-Request'] && service !== 'authentication') {
      return deps.accountingRequest
    }
    const isDynamic = code === CODE['Disconnect-Request'] || code === CODE['CoA-Request']
    return isDynamic && service === 'radsec' ? deps.dynamicRequest : null
  }

  function drop(answer: Answer): Reply {
    if (answer.kind === 'silence') metrics.dropped[answer.reason].inc()
    return null
  }

  function receive(
    service: Service,
    datagram: Uint8Array,
    source: Source,
    proved: Client | undefined,
  ): Reply | Promise<Reply> {
    const known = proved ?? clients.find(source.address)
    if (known === undefined) {
      const heldBack = mayLogUnknown()
      if (heldBack !== null) {
        log.warn('radius.client.unknown', { address: source.address.text, service, heldBack })
      }
      return drop(silence('unknown-client'))
    }
    const parsed = parsePacket(datagram)
    if (!parsed.ok) return drop(silence(parsed.reason))
    const { packet } = parsed
    const steps = stepsFor(service, packet.code)
    if (steps === null) return drop(silence('unexpected-code'))

    const client = known.former === null ? known : deps.rotations.settle(known, packet)
    const request: RadiusRequest = {
      client,
      packet,
      source,
      service,
      receivedAt: clock(),
      trace: null,
    }
    try {
      const answer = runSteps(steps, request)
      if (!(answer instanceof Promise)) return finish(service, request, answer)
      // One promise more a packet, and not three: a thousand gateways may wait at once.
      return answer.then(
        (settled) => finishOrFault(service, request, settled),
        (thrown: unknown) => fault(thrown, request),
      )
    } catch (thrown) {
      return fault(thrown, request)
    }
  }

  function finishOrFault(service: Service, request: RadiusRequest, answer: Answer): Reply {
    try {
      return finish(service, request, answer)
    } catch (thrown) {
      return fault(thrown, request)
    }
  }

  function receiveOrFault(
    service: Service,
    datagram: Uint8Array,
    source: Source,
    proved: Client | undefined,
  ): Reply | Promise<Reply> {
    try {
      return receive(service, datagram, source, proved)
    } catch (thrown) {
      return fault(thrown, null)
    }
  }

  function finish(service: Service, request: RadiusRequest, answer: Answer): Reply {
    if (answer.kind === 'answered-elsewhere') return answer.bytes
    if (answer.kind === 'resend') {
      metrics.resent.inc()
      return answer.bytes
    }
    const reply = encode(service, request, answer)
    deps.decided(request, reply === null && answer.kind !== 'silence' ? TOO_LONG : answer)
    duplicates.finish(request, reply)
    return reply
  }

  function encode(
    service: Service,
    request: RadiusRequest,
    answer: Exclude<Answer, { kind: 'resend' | 'answered-elsewhere' }>,
  ): Reply {
    if (answer.kind === 'silence') return drop(answer)
    const code = codeOf(answer.kind, request.packet.code, service)
    const attributes = 'attributes' in answer ? answer.attributes : NO_ATTRIBUTES
    const reply = encodeReply(code, attributes, request.packet, request.client.secret)
    if (reply === null) return drop(TOO_LONG)
    switch (answer.kind) {
      case 'accept':
        metrics.accepts[answer.method].inc()
        deps.saw(request)
        break
      case 'reject':
        metrics.rejects[answer.reason].inc()
        break
      case 'challenge':
        metrics.challenges.inc()
        break
      case 'acknowledge':
        metrics.acknowledged.inc()
        deps.saw(request)
        break
      case 'alive':
        metrics.statusServer.inc()
        break
      case 'refuse':
        metrics.refused.inc()
        break
    }
    return reply
  }

  // A mistake of ours must cost one packet, not the server.
  function fault(thrown: unknown, request: RadiusRequest | null): Reply {
    if (request !== null) duplicates.finish(request, null)
    const heldBack = mayLogFault()
    if (heldBack !== null) {
      log.error('radius.request.failed', {
        gateway: request?.client.gateway.name ?? null,
        reason: reasonOf(thrown),
        heldBack,
      })
    }
    return drop(silence('internal'))
  }

  return {
    handle(service, datagram, source, proved) {
      metrics.requests[service].inc()
      return receiveOrFault(service, datagram, source, proved)
    },
    takeOver: receiveOrFault,
  }
}

function codeOf(
  kind: 'accept' | 'reject' | 'challenge' | 'acknowledge' | 'alive' | 'refuse',
  asked: number,
  service: Service,
): number {
  switch (kind) {
    case 'accept':
      return CODE['Access-Accept']
    case 'reject':
      return CODE['Access-Reject']
    case 'challenge':
      return CODE['Access-Challenge']
    case 'acknowledge':
      return CODE['Accounting-Response']
    case 'alive':
      // RFC 5997 §3: each port answers with what it answers otherwise; RadSec as RFC 6614 §2.5 has it.
      return service === 'accounting' ? CODE['Accounting-Response'] : CODE['Access-Accept']
    case 'refuse':
      return asked === CODE['CoA-Request'] ? CODE['CoA-NAK'] : CODE['Disconnect-NAK']
  }
}
