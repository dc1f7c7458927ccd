import { html } from 'hono/html'
import type { Receipt } from '../receipt.ts'
import { formatMoment } from '../text/date.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { clockIcon, onlineIcon, recordIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

/** The last page. Its only link stays with us: a phone may still be looking whether it is online. */
export function connectedPage(
  frame: Frame,
  state: { readonly receipt: Receipt | null; readonly already: boolean },
): Html {
  const { connected: words } = textIn(frame.language)
  return layout(frame, {
    title: words.title,
    main: html`<p class="mark">${onlineIcon}</p>
      <h1>${words.title}</h1>
      <p class="lead">${state.already ? words.already : words.lead}</p>
      ${state.receipt && receiptCard(frame, state.receipt)}
      <p class="soft">${words.stillWaiting}</p>
      <p><a href="/guest/terms?lang=${frame.language}">${words.readTerms}</a></p>`,
  })
}

function receiptCard(frame: Frame, receipt: Receipt): Html {
  const { connected: words } = textIn(frame.language)
  const until = formatMoment(new Date(receipt.until), frame.language, receipt.timezone)
  return html`<section class="card">
    <ul class="points">
      <li>${clockIcon}<span>${words.until(until)}</span></li>
      <li>
        ${recordIcon}<span
          >${words.receipt} <span class="code">${receipt.code}</span><br /><span class="soft"
            >${words.receiptWhy}</span
          ></span
        >
      </li>
    </ul>
  </section>`
}
