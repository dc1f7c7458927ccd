import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const hex = (length: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`))
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ boolValue: z.boolean() }),
])
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }))
const span = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes,
  status: z.strictObject({ code: z.literal(2).optional() }),
})
/** `ExportTraceServiceRequest` as its protobuf in JSON may be, and no key that it does not have. */
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes, droppedAttributesCount: z.literal(0) }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
})
export type CollectedSpan = z.infer<typeof span>

/**
 * Stands for a collector of OpenTelemetry, which no package of Debian or npm has: takes OTLP/HTTP in JSON, strictly,
 * and answers as it is told.
 */
export async function startCollector(): Promise<
  AsyncDisposable & {
    readonly endpoint: string
    readonly spans: readonly CollectedSpan[]
    /** Headers of the requests. */
    readonly headers: readonly NodeJS.Dict<string | string[]>[]
    /** What is wrong with what came. */
    readonly faults: readonly string[]
    answer(status: number): void
  }
> {
  const spans: CollectedSpan[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const faults: string[] = []
  let status = 200
  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      headers.push(incoming.headers)
      if (incoming.url !== '/v1/traces') faults.push(`asked for ${incoming.url}`)
      const read = request.safeParse(JSON.parse(Buffer.concat(chunks).toString()))
      if (!read.success) faults.push(z.prettifyError(read.error))
      else if (status === 200) {
        spans.push(
          ...read.data.resourceSpans.flatMap(({ scopeSpans }) =>
            scopeSpans.flatMap((scope) => scope.spans),
          ),
        )
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...{ endpoint: `http://127.0.0.1:${port}`, spans, headers, faults },
    answer(next) {
      status = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
