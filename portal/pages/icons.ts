import { html } from 'hono/html'
import type { Html } from './html.ts'

/** Drawn in the page itself: no file to fetch. All are ornaments beside words. */
const icon = (d: string, tone = ''): Html =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true" ${tone && html` class="${tone}"`}>
    <path d="${d}" />
  </svg>`

const CLOCK = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v5l3 2'

export const clockIcon: Html = icon(CLOCK)
export const waitIcon: Html = icon(CLOCK, 'warn')
export const shieldIcon: Html = icon('M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6zm-3 8 2 2 4-4')
export const recordIcon: Html = icon('M6 3h9l4 4v14H6zm3 8h7m-7 4h7')
export const onlineIcon: Html = icon('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm-4 9 3 3 5-6', 'good')
export const stopIcon: Html = icon(
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4.5v5.5m0 3.2v.1',
  'warn',
)
export const globeIcon: Html = icon(
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm-9 9h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z',
)
