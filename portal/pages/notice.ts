import { html } from 'hono/html'
import type { Look } from '../look.ts'
import { fill } from '../text/fill.ts'
import type { Text } from '../text/fr.ts'
import { contactLink } from './contact-link.ts'
import type { Html } from './html.ts'

/** The first layer: what matters most, and where the rest is. */
export function shortNotice(look: Look, text: Text, address: string): Html {
  const { notice } = text
  return html`<section class="card" aria-labelledby="data">
    <h2 id="data">${notice.heading}</h2>
    <p>${fill(notice.short, { organisation: look.privacy.controller })}</p>
    <p><a href="${address}">${notice.more}</a></p>
  </section>`
}

/**
 * What the law wants people to be able to read before they connect: GDPR article 13 for the record,
 * article 14 of Regulation (EU) 2022/2065 for the filter. The record's base is a legal obligation,
 * so nothing here asks for consent to it.
 */
export function fullNotice(look: Look, text: Text, legalBasis: string | null): Html {
  const { notice } = text
  const { privacy } = look
  return html`<section class="card">
      <dl>
        <dt>${notice.who}</dt>
        <dd><bdi>${privacy.controller}</bdi></dd>
        ${
          privacy.contact !== '' &&
          html`<dt>${notice.contact}</dt>
            <dd>${contactLink(privacy.contact)}</dd>`
        }
        ${
          privacy.dpo !== '' &&
          html`<dt>${notice.dpo}</dt>
            <dd>${contactLink(privacy.dpo)}</dd>`
        }
        <dt>${notice.why}</dt>
        <dd>
          ${fill(notice.whyLog, { law: 'L34-1', article: '6.1.c' })}
          ${legalBasis !== null && html`<bdi class="soft">${legalBasis}</bdi>`}
        </dd>
        <dd>${fill(notice.whyAccess, { article: '6.1.b' })}</dd>
        <dt>${notice.what}</dt>
        <dd>${notice.whatText}</dd>
        <dd>${notice.must}</dd>
        <dt>${notice.howLong}</dt>
        <dd>${notice.howLongText}</dd>
        <dt>${notice.recipients}</dt>
        <dd>${notice.recipientsText}</dd>
        <dt>${notice.rights}</dt>
        <dd>${notice.rightsText}</dd>
        <dd>${whomToAsk(look, text)}</dd>
        <dd>${complaint(text)}</dd>
      </dl>
    </section>
    ${filterNotice(look, text)}`
}

export function whomToAsk({ privacy }: Look, { notice }: Text): Html {
  return privacy.contact === ''
    ? html`${notice.askNoContact}`
    : fill(notice.ask, { contact: contactLink(privacy.contact) })
}

/** Named and not linked: who is not connected yet cannot open it, and who is can type it. */
const AUTHORITY = 'CNIL, cnil.fr'

function complaint({ notice }: Text): Html {
  return fill(notice.complaint, { authority: AUTHORITY })
}

function filterNotice(look: Look, { filter }: Text): Html {
  return html`<section class="card" aria-labelledby="filter">
    <h2 id="filter">${filter.heading}</h2>
    <p>${filter.what}</p>
    <p>${fill(filter.who, { organisation: look.name })}</p>
    <p>
      ${
        look.contact === ''
          ? filter.complainNoContact
          : fill(filter.complain, { contact: contactLink(look.contact) })
      }
    </p>
  </section>`
}
