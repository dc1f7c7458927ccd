import type { MiddlewareHandler } from 'hono'

/** For what is no page of ours: nothing may load, nothing may frame it. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * No Strict-Transport-Security here: captive phones arrive over http by design, and who puts TLS in
 * front of the portal sets it there. No Cross-Origin-Opener-Policy: browsers ignore it over http.
 */
export function securityHeaders(): MiddlewareHandler {
  return async function addSecurityHeaders(c, next) {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    if (!c.res.headers.has('Referrer-Policy')) c.header('Referrer-Policy', 'no-referrer')
    c.header('X-Frame-Options', 'DENY')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Permissions-Policy', 'camera=(), geolocation=(), microphone=()')
    if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', NOTHING)
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  }
}

/** For a page: its own inline style, our logo, and a form to where the gateway opens. */
export function pagePolicy(styleSource: string, formAction: readonly string[]): string {
  const forms = ["'self'", ...formAction].join(' ')
  return `default-src 'none'; style-src ${styleSource}; img-src 'self'; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`
}
