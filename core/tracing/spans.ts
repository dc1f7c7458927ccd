import type { Clock } from '#core/clock.ts'
import type { EndedSpan, Span, SpanKind, Spans } from './span.ts'

export function createSpans(deps: {
  readonly emit: (span: EndedSpan) => void
  /** Of a hundred beginnings, how many are kept, as a share. */
  readonly share: number
  readonly clock: Clock
  readonly random: (bytes: number) => Buffer
}): Spans {
  const { emit, clock } = deps
  const identifier = (bytes: number): string => deps.random(bytes).toString('hex')

  function open(
    about: { readonly traceId: string; readonly parentId: string | null },
    name: string,
    kind: SpanKind,
    startedAt: number,
  ): Span {
    const spanId = identifier(8)
    return {
      child: (childName, childKind, at = clock()) =>
        open({ traceId: about.traceId, parentId: spanId }, childName, childKind, at),
      end({ attributes = {}, failed = false } = {}) {
        emit({ ...about, spanId, name, kind, startedAt, endedAt: clock(), attributes, failed })
      },
    }
  }

  return {
    start(name, kind, startedAt = clock()) {
      const traceId = identifier(16)
      // By the identifier, as the sampler of the specification has it: all that see it decide the same.
      const isKept = Number.parseInt(traceId.slice(-8), 16) < deps.share * 2 ** 32
      return isKept ? open({ traceId, parentId: null }, name, kind, startedAt) : null
    },
  }
}
