import { html } from 'hono/html'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import type { Html } from '../pages/html.ts'
import { formatMoment } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { ago } from './ago.ts'
import type { Opened } from './open-for-helper.ts'
import { tokenField } from './staff-layout.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { LET_IN_PATH } from './staff-paths.ts'

export interface LetInPage {
  readonly places: readonly { readonly site: string; readonly siteName: string }[]
  readonly site: string
  readonly mac: string
  /** Devices that were shown the terms there in the last minutes, the newest first. */
  readonly waiting: readonly Pick<WaitingDevice, 'mac' | 'site' | 'seenAt'>[]
  readonly now: number
  readonly error: 'noPlace' | 'noMac' | 'noTerms' | null
  readonly done: {
    readonly mac: string
    readonly until: Date
    readonly timezone: string
    readonly opened: Opened
  } | null
}

export function letInPage(frame: StaffFrame, page: LetInPage): StaffContent {
  const { letIn: words } = staffTextIn(frame.language)
  const { places, site, mac, error, done } = page
  const until = done === null ? '' : formatMoment(done.until, frame.language, done.timezone)
  const described = error !== null && html`aria-describedby="error" aria-invalid="true"`
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${
        done !== null &&
        html`<p class="note" role="status">
          ${fill(words.done, { mac: done.mac.toUpperCase(), until })} ${words.next[done.opened]}
        </p>`
      }
      <section class="card" aria-labelledby="waiting">
        <h2 id="waiting">${words.waiting}</h2>
        ${
          page.waiting.length === 0
            ? html`<p>${words.nobodyWaits}</p>`
            : html`<p>${words.waitingLead}</p>
                <div class="rows">${page.waiting.map((device) => row(frame, page, device))}</div>`
        }
      </section>
      <section class="card" aria-labelledby="by-address">
        <h2 id="by-address">${words.byAddress}</h2>
        <form method="post" action="${LET_IN_PATH}">
          ${tokenField(frame)}
          ${error !== null && html`<p class="error" id="error" role="alert">${words[error]}</p>`}
          <label for="site">${words.place}</label>
          <select id="site" name="site" required>
            ${places.map(
              (place) =>
                html`<option value="${place.site}" ${place.site === site && html`selected`}>
                  ${place.siteName} (${place.site})
                </option>`,
            )}
          </select>
          <label for="mac">${words.mac}</label>
          <p class="soft" id="where">${words.where}</p>
          <input
            id="mac"
            name="mac"
            value="${mac}"
            placeholder="AA-BB-CC-DD-EE-FF"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            maxlength="64"
            dir="ltr"
            required
            ${described || html`aria-describedby="where"`}
          />
          <button>${words.submit}</button>
        </form>
      </section>
      <p class="soft">${words.record}</p>`,
  }
}

function row(
  frame: StaffFrame,
  { places, now }: LetInPage,
  { mac, site, seenAt }: LetInPage['waiting'][number],
): Html {
  const { letIn: words } = staffTextIn(frame.language)
  const place = places.length < 2 ? null : places.find((one) => one.site === site)
  return html`<div class="row">
    <p>
      <strong><bdi>${mac.toUpperCase()}</bdi></strong
      >${place && html`, <bdi>${place.siteName}</bdi>`}<br />
      <span class="soft">${fill(words.askedAgo, { ago: ago(seenAt, now, frame.language) })}</span>
    </p>
    <form method="post" action="${LET_IN_PATH}">
      <button
        class="quiet"
        name="device"
        value="${site} ${mac}"
        aria-label="${words.letNamedIn.replace('{mac}', mac.toUpperCase())}"
      >
        ${words.letThisIn}
      </button>
      ${tokenField(frame)}
    </form>
  </div>`
}
