import type { GuestPlace } from '#db/guest-places.ts'
import type { Receipted } from '#db/receipts.ts'
import { html } from 'hono/html'
import { formatMoment, nameOfLanguage } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { onlineIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { textProof } from './terms-text.ts'

export interface ReceiptPage {
  /** What was typed; empty at first. */
  readonly typed: string
  readonly found:
    | { readonly receipt: Receipted; readonly place: GuestPlace | null }
    | 'not-asked'
    | 'nothing'
    /** The database did not say. */
    | 'away'
}

/** A code is typed, and what it proves is shown: to whoever holds it, without an account. */
export function receiptPage(frame: Frame, page: ReceiptPage): Html {
  const { receipt: words, device } = textIn(frame.language)
  const { found } = page
  return layout(frame, {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${found === 'nothing' && html`<p class="note" role="alert">${words.notFound}</p>`}
      ${found === 'away' && html`<p class="note" role="alert">${device.away}</p>`}
      ${typeof found === 'object' && proof(frame, page.typed, found)}
      <form class="card" method="get" action="/guest/receipt">
        <input type="hidden" name="lang" value="${frame.language}" />
        <label for="code">${words.code}</label>
        <input
          id="code"
          name="code"
          value="${typeof found === 'object' ? '' : page.typed}"
          dir="ltr"
          maxlength="40"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          required
        />
        <button type="submit">${words.check}</button>
      </form>`,
  })
}

function proof(
  frame: Frame,
  code: string,
  { receipt, place }: { readonly receipt: Receipted; readonly place: GuestPlace | null },
): Html {
  const { language } = frame
  const { receipt: words } = textIn(language)
  const date = formatMoment(receipt.at, language, place?.timezone ?? 'UTC')
  return html`<section class="card" aria-labelledby="proof">
    <h2 id="proof" class="with-icon">${onlineIcon}<span>${words.found}</span></h2>
    <p><bdi class="code">${code}</bdi></p>
    <ul>
      <li>${fill(words.accepted, { version: receipt.termsVersion, date })}</li>
      <li>${fill(words.place, { place: place?.name ?? receipt.site })}</li>
      <li>${fill(words.device, { end: html`<span dir="ltr">${receipt.macEnd}</span>` })}</li>
      <li>${fill(words.language, { language: nameOfLanguage(receipt.language, language) })}</li>
      ${receipt.renewal && html`<li>${words.renewed}</li>`}
    </ul>
    ${textProof(receipt.textSha256, language)}
  </section>`
}
