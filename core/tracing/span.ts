/**
 * What a span may say: names of ours and values from closed lists, or of what the operator declared. A person, a
 * device, an address of theirs or a domain has no name here.
 */
export type SpanAttribute =
  | 'http.request.method'
  /** The pattern of the path: what stands in its place may be a key. */
  | 'http.route'
  | 'http.response.status_code'
  | 'accueil.outcome'
  | 'accueil.reason'
  | 'accueil.method'
  | 'accueil.answerer'
  | 'accueil.directory'
  | 'accueil.gateway'
  | 'accueil.rounds'
  | 'accueil.resumed'
  | 'accueil.upstream'
  | 'accueil.transport'
  | 'tls.protocol.version'
export type SpanAttributes = Readonly<
  Partial<Record<SpanAttribute, string | number | boolean | null>>
>

export type SpanKind = 'internal' | 'server' | 'client'

/** One piece of work that takes time; what is part of it is its child. */
export interface Span {
  child(name: string, kind: SpanKind, startedAt?: number): Span
  /** Once. A failure is ours to mend: a wrong password is an outcome. */
  end(said?: { readonly attributes?: SpanAttributes; readonly failed?: boolean }): void
}

/** Where work begins that nobody else began. Absent where traces are off. */
export interface Spans {
  /** Null: this one is not among those that are kept. `startedAt` is in milliseconds since 1970. */
  start(name: string, kind: SpanKind, startedAt?: number): Span | null
}

export interface EndedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | null
  readonly name: string
  readonly kind: SpanKind
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: SpanAttributes
  readonly failed: boolean
}
