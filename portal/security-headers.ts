import type { MiddlewareHandler } from 'hono'
import { isMade } from './send-made.ts'

/** For what is no page of ours: nothing may load, nothing may frame it. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Of everything that leaves. */
export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
} as const

/**
 * No Strict-Transport-Security here: captive phones arrive over http by design, and who puts TLS in
 * front of the portal sets it there. No Cross-Origin-Opener-Policy: browsers ignore it over http.
 */
export function securityHeaders(): MiddlewareHandler {
  return async function addSecurityHeaders(c, next) {
    await next()
    if (isMade(c.res)) return
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      // A page may say another policy for what it refers to; nothing else of these is its own.
      if (name === 'Referrer-Policy' && c.res.headers.has(name)) continue
      c.header(name, value)
    }
    if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', NOTHING)
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  }
}

/** For a page: its own inline style, our logo, a form to where the gateway opens; and a script where it has one. */
export function pagePolicy(
  styleSource: string,
  formAction: readonly string[],
  scripts: readonly string[] = [],
): string {
  const script = scripts.length === 0 ? '' : ` script-src ${scripts.join(' ')};`
  const forms = ["'self'", ...formAction].join(' ')
  return `default-src 'none'; style-src ${styleSource};${script} img-src 'self'; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`
}
