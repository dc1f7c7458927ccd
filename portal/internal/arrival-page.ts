import { html } from 'hono/html'
import type { Html } from '../pages/html.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { internalTextIn } from './internal-text.ts'

export interface ArrivalPage {
  /** Where its owner signs in for it: as a whole, and of ours. */
  readonly address: string
  readonly path: string
  /** How long the device will be let in. */
  readonly seconds: number
  /** The small window of a system, in which no identity provider works. */
  readonly isCaptive: boolean
}

/** What a device of the internal network sees first. */
export function arrivalPage(frame: StaffFrame, page: ArrivalPage): StaffContent {
  const { arrival: words } = internalTextIn(frame.language)
  const said = {
    organisation: frame.look.name,
    duration: formatDuration(page.seconds, frame.language),
  }
  return {
    title: words.title.replace('{organisation}', frame.look.name),
    main: html`<h1>${fill(words.title, said)}</h1>
      <p class="lead">${fill(page.isCaptive ? words.leadCaptive : words.lead, said)}</p>
      ${page.isCaptive ? handOver(frame, page) : signIn(frame, page)}
      <p class="soft">${fill(words.other, said)}</p>`,
  }
}

function signIn(frame: StaffFrame, { path, address }: ArrivalPage): Html {
  const { arrival: words } = internalTextIn(frame.language)
  return html`<p><a class="button" href="${path}">${words.signIn}</a></p>
    <section class="card">
      <p>${words.address}</p>
      <p class="code all" dir="ltr">${address}</p>
    </section>`
}

function handOver(frame: StaffFrame, { address }: ArrivalPage): Html {
  const { captive: words } = staffTextIn(frame.language)
  return html`<section class="card">
    <ol>
      <li>
        ${words.step1}<br />
        <span class="code all" dir="ltr">${address}</span>
      </li>
      <li>${words.step2}</li>
      <li>${words.step3}</li>
    </ol>
  </section>`
}
