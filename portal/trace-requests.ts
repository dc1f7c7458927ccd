import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Spans } from '#core/tracing/span.ts'

/** A span for each request, by the pattern of its path: the path itself may hold a key or a code. */
export function traceRequests(spans: Spans): MiddlewareHandler {
  return async function traceRequest(c, next) {
    const span = spans.start('portal request', 'server')
    if (span === null) return next()
    await next()
    // What answered is the last that is no middleware; of an address that is not there, none.
    const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? null
    span.end({
      attributes: {
        'http.request.method': c.req.method,
        'http.route': route,
        'http.response.status_code': c.res.status,
      },
      failed: c.res.status >= 500,
    })
  }
}
