import { html } from 'hono/html'
import type { Mac } from '#core/mac.ts'
import type { GuestPlace } from '#db/guest-places.ts'
import type { KeptAbout } from '#db/kept-about.ts'
import type { Receipt } from '../receipt.ts'
import { formatMoment, nameOfLanguage } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { whomToAsk } from './notice.ts'

export interface DevicePage {
  readonly receipt: Receipt
  readonly mac: Mac
  /** By code. */
  readonly places: ReadonlyMap<string, GuestPlace>
  /** Null: the database did not say. */
  readonly kept: KeptAbout | null
}

/** What is kept about the device that asks, for the person who holds it. */
export function devicePage(frame: Frame, page: DevicePage): Html {
  const text = textIn(frame.language)
  const { device: words, notice } = text
  return layout(frame, {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <section class="card" aria-labelledby="device">
        <h2 id="device">${words.accepted}</h2>
        <p>${fill(words.address, { mac: html`<span dir="ltr">${page.mac}</span>` })}</p>
        <p class="soft">${words.changes}</p>
        ${page.kept === null ? html`<p class="note">${words.away}</p>` : acceptances(frame, page, page.kept)}
      </section>
      <section class="card" aria-labelledby="log">
        <h2 id="log">${words.log}</h2>
        <p>${notice.whatText}</p>
        <p>${notice.howLongText}</p>
      </section>
      <section class="card" aria-labelledby="ask">
        <h2 id="ask">${words.ask}</h2>
        <p>${notice.rightsText}</p>
        <p>${whomToAsk(frame.look, text)}</p>
      </section>`,
  })
}

function acceptances(frame: Frame, page: DevicePage, kept: KeptAbout): Html {
  const { language } = frame
  const { device: words, connected, receipt } = textIn(language)
  const moment = (at: Date): string => formatMoment(at, language, page.receipt.timezone)
  return html`${kept.acceptances.length === 0 && html`<p>${words.none}</p>`}
    <ul>
      ${kept.acceptances.map(
        (acceptance) =>
          html`<li>
            ${fill(words.acceptance, {
              date: moment(acceptance.at),
              place: page.places.get(acceptance.site)?.name ?? acceptance.site,
              version: acceptance.termsVersion,
              language: nameOfLanguage(acceptance.language, language),
            })}
            <a href="/guest/terms/${acceptance.textSha256}?lang=${language}">${receipt.readText}</a>
          </li>`,
      )}
    </ul>
    <p>
      ${kept.until === null ? words.notAllowed : fill(connected.until, { date: moment(kept.until) })}
    </p>`
}
