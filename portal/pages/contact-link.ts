import { html } from 'hono/html'
import type { Html } from './html.ts'

/** An e-mail address or a telephone number as a link, anything else as it is. */
export function contactLink(contact: string): Html {
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(contact))
    return html`<a href="mailto:${contact}" dir="ltr">${contact}</a>`
  if (/^\+?[\d .-]{4,}$/.test(contact))
    return html`<a href="tel:${contact.replaceAll(/[ .-]/g, '')}" dir="ltr">${contact}</a>`
  return html`<bdi>${contact}</bdi>`
}
