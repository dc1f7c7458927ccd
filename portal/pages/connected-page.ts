import { html } from 'hono/html'
import type { Receipt } from '../receipt.ts'
import { formatMoment } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { clockIcon, onlineIcon, recordIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

/** The last page. Its links stay with us: a phone may still be looking whether it is online. */
export function connectedPage(
  frame: Frame,
  state: {
    readonly receipt: Receipt | null
    readonly already: boolean
    /** What is kept about this device, where the device is known. */
    readonly kept: string | null
  },
): Html {
  const text = textIn(frame.language)
  const { connected: words } = text
  return layout(frame, {
    title: words.title,
    main: html`<p class="mark">${onlineIcon}</p>
      <h1>${words.title}</h1>
      <p class="lead">${state.already ? words.already : words.lead}</p>
      ${state.receipt && receiptCard(frame, state.receipt)}
      <p class="soft">${words.stillWaiting}</p>
      <p><a href="/guest/terms?lang=${frame.language}">${words.readTerms}</a></p>
      ${state.kept && html`<p><a href="${state.kept}">${text.device.title}</a></p>`}`,
  })
}

function receiptCard(frame: Frame, receipt: Receipt): Html {
  const { connected: words } = textIn(frame.language)
  const date = formatMoment(new Date(receipt.until), frame.language, receipt.timezone)
  return html`<section class="card">
    <ul class="points">
      <li>${clockIcon}<span>${fill(words.until, { date })}</span></li>
      <li>
        ${recordIcon}<span
          >${words.receipt} <bdi class="code">${receipt.code}</bdi><br /><span class="soft"
            >${words.receiptWhy}</span
          ><br /><a href="/guest/receipt?code=${receipt.code}&lang=${frame.language}"
            >${words.showReceipt}</a
          ></span
        >
      </li>
    </ul>
  </section>`
}
