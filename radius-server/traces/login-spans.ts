import type { Spans } from '#core/tracing/span.ts'
import type { Answer, RadiusRequest } from '../request.ts'

/**
 * A span for each login that is answered, with one for who vouched where somebody had to be asked. It has the name of
 * the gateway, and nothing of who came: `radius explain` has that, behind the audit.
 */
export function traceLogin(
  spans: Spans,
  { trace, client, receivedAt }: RadiusRequest,
  answer: Answer,
  now: number,
): void {
  if (trace === null || (answer.kind !== 'accept' && answer.kind !== 'reject')) return
  const span = spans.start('radius login', 'server', receivedAt)
  if (span === null) return
  // The answer came just now: when it was asked for follows from how long it took.
  if (trace.answeredMs !== null) {
    span.child('radius vouching', 'client', now - trace.answeredMs).end({
      attributes: { 'accueil.answerer': trace.answerer, 'accueil.directory': trace.directory },
    })
  }
  span.end({
    attributes: {
      'accueil.outcome': answer.kind,
      'accueil.method': answer.kind === 'accept' ? answer.method : trace.method,
      'accueil.reason': answer.kind === 'reject' ? answer.reason : null,
      'accueil.answerer': trace.answerer,
      'accueil.gateway': client.gateway.name,
      'accueil.rounds': trace.rounds,
      'accueil.resumed': trace.isResumed,
      'tls.protocol.version': trace.tlsVersion,
    },
  })
}
