import { html } from 'hono/html'
import type { Look } from '../look.ts'
import type { Text } from '../text/fr.ts'
import type { Html } from './html.ts'

/**
 * What the law wants people to be able to read before they connect: GDPR article 13 for the record,
 * article 14 of Regulation (EU) 2022/2065 for the filter. The record's base is a legal obligation,
 * so nothing here asks for consent to it.
 */
export function notice(look: Look, text: Text): Html {
  const { notice: data, filter } = text
  const hasContact = look.contact !== ''
  return html`<section aria-labelledby="data">
    <h2 id="data">${data.heading}</h2>
    <details>
      <summary>${data.summary}</summary>
      <dl>
        <dt>${data.who}</dt>
        <dd>${data.whoText(look.name)}</dd>
        <dt>${data.why}</dt>
        <dd>${data.whyText}</dd>
        <dt>${data.what}</dt>
        <dd>${data.whatText}</dd>
        <dt>${data.howLong}</dt>
        <dd>${data.howLongText}</dd>
        <dt>${data.recipients}</dt>
        <dd>${data.recipientsText}</dd>
        <dt>${data.rights}</dt>
        <dd>${hasContact ? data.rightsText(look.contact) : data.rightsNoContact}</dd>
      </dl>
    </details>
    <details>
      <summary>${filter.summary}</summary>
      <p>${filter.what}</p>
      <p>
        ${filter.who(look.name)}
        ${hasContact ? filter.complain(look.contact) : filter.complainNoContact}
      </p>
    </details>
  </section>`
}
