import { html } from 'hono/html'
import { formatMoment } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { tokenField } from './staff-layout.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { LET_IN_PATH } from './staff-paths.ts'

export interface LetInPage {
  readonly places: readonly { readonly site: string; readonly siteName: string }[]
  readonly site: string
  readonly mac: string
  readonly error: 'noPlace' | 'noMac' | 'noTerms' | null
  readonly done: { readonly mac: string; readonly until: Date; readonly timezone: string } | null
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
        html`<p class="note" role="status">${fill(words.done, { mac: done.mac, until })}</p>`
      }
      <section class="card">
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
