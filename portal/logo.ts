import type { Handler } from 'hono'
import type { Services } from './services.ts'

const A_YEAR = 'public, max-age=31536000, immutable'

/** The organisation's logo, and nothing for an older one's address. */
export function logo(services: Services): Handler {
  return function logoHandler(c) {
    const { logo: current } = services.house().look
    if (current === null || current.path !== c.req.path) return c.body(null, 404)
    c.header('Content-Type', current.type)
    c.header('Cache-Control', A_YEAR)
    // An SVG opened by its own address is a document: it may style itself and do nothing else.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    )
    return c.body(new Uint8Array(current.bytes))
  }
}

/** Browsers ask for it unbidden; a page that says "not found" would be wasted on them. */
export function favicon(): Handler {
  return function faviconHandler(c) {
    c.header('Cache-Control', A_YEAR)
    return c.body(null, 204)
  }
}
