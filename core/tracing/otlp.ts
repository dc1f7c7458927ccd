import type { EndedSpan, SpanKind } from './span.ts'

/** The numbers of opentelemetry-proto, `trace/v1/trace.proto`. */
const KIND: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 }
const STATUS_ERROR = 2

/**
 * `ExportTraceServiceRequest` of OTLP 1 in its JSON form: identifiers in hex, 64-bit numbers as text
 * (opentelemetry-proto, "JSON Protobuf Encoding").
 */
export function otlpRequest(
  spans: readonly EndedSpan[],
  resource: Readonly<Record<string, string>>,
  version: string,
): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource), droppedAttributesCount: 0 },
        scopeSpans: [{ scope: { name: 'accueil', version }, spans: spans.map(otlpSpan) }],
      },
    ],
  })
}

function otlpSpan(span: EndedSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId !== null && { parentSpanId: span.parentId }),
    name: span.name,
    kind: KIND[span.kind],
    startTimeUnixNano: nanoseconds(span.startedAt),
    endTimeUnixNano: nanoseconds(Math.max(span.startedAt, span.endedAt)),
    attributes: attributesOf(span.attributes),
    status: span.failed ? { code: STATUS_ERROR } : {},
  }
}

function attributesOf(
  attributes: Readonly<Record<string, string | number | boolean | null | undefined>>,
): readonly object[] {
  return Object.entries(attributes).flatMap(([key, value]): readonly object[] => {
    switch (typeof value) {
      case 'string':
        return [{ key, value: { stringValue: value } }]
      case 'number':
        return [{ key, value: { intValue: String(Math.round(value)) } }]
      case 'boolean':
        return [{ key, value: { boolValue: value } }]
      default:
        return []
    }
  })
}

function nanoseconds(ms: number): string {
  return (BigInt(Math.round(ms * 1000)) * 1000n).toString()
}
