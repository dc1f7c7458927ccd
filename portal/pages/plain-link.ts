import { html } from 'hono/html'
import type { Html } from './html.ts'

/**
 * Reserved by RFC 2606 and served over plain http: a gateway can redirect it, which it cannot do with
 * https. Shown for the person to open, never loaded by us.
 */
const PLAIN_HTTP_PAGE = 'http://example.com/'

export const plainLink: Html = html`<a href="${PLAIN_HTTP_PAGE}" dir="ltr">${PLAIN_HTTP_PAGE}</a>`
