import { html } from 'hono/html'
import { isLocallyAdministered } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { OwnInternalGrant } from '#db/internal-grants.ts'
import { DEVICES_PATH } from '../enrolment/paths.ts'
import type { Html } from '../pages/html.ts'
import { waitIcon } from '../pages/icons.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { formatDuration, formatMoment } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import type { InternalText } from '../text/internal-fr.ts'
import { internalTextIn } from './internal-text.ts'
import { END_PATH } from './paths.ts'

export interface JoinPage {
  readonly mac: Mac
  readonly siteName: string
  readonly seconds: number
  readonly now: number
  readonly timezone: string
}

/** Which device, where, and for how long: its owner says yes. */
export function joinPage(frame: StaffFrame, page: JoinPage): StaffContent {
  const { join: words } = internalTextIn(frame.language)
  const { mac, seconds, now, timezone } = page
  const until = formatMoment(new Date(now + seconds * 1000), frame.language, timezone)
  const said = {
    organisation: frame.look.name,
    duration: formatDuration(seconds, frame.language),
  }
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${fill(words.lead, said)}</p>
      <section class="card">
        <dl>
          <dt>${words.mac}</dt>
          <dd dir="ltr">${mac.toUpperCase()}</dd>
          <dt>${words.place}</dt>
          <dd><bdi>${page.siteName}</bdi></dd>
          <dt>${words.until}</dt>
          <dd>${until}</dd>
        </dl>
        ${isLocallyAdministered(mac) && html`<p class="soft">${words.random}</p>`}
        <p>${words.yours}</p>
        <form method="post" action="${frame.path}">
          ${tokenField(frame)}
          <button>${words.submit}</button>
        </form>
      </section>
      <p><a href="${DEVICES_PATH}">${words.better}</a></p>`,
  }
}

export type ClosedWhy = Exclude<keyof InternalText['closed'], 'devices'>

/** Why the device does not come in, and what to do. */
export function closedPage(
  { language }: StaffFrame,
  why: ClosedWhy,
  said: { readonly refusal: string; readonly count: string },
): StaffContent {
  const { closed } = internalTextIn(language)
  const { title, why: sentence } = closed[why]
  return {
    title: title.replace('{count}', said.count),
    main: html`<p class="mark">${waitIcon}</p>
      <h1>${fill(title, said)}</h1>
      <p class="lead">${fill(sentence, said)}</p>
      <p><a class="button" href="${DEVICES_PATH}">${closed.devices}</a></p>`,
  }
}

/** On the page of one's devices: those that came in by signing in, and a way to end each. */
export function internalRows(frame: StaffFrame, grants: readonly OwnInternalGrant[]): Html {
  const { mine: words } = internalTextIn(frame.language)
  if (grants.length === 0) return html``
  return html`<section class="card rows" aria-labelledby="internal">
    <h2 id="internal">${words.title}</h2>
    ${grants.map(({ mac, site, siteName, timezone, until }) => {
      const moment = formatMoment(until, frame.language, timezone ?? frame.zone)
      return html`<div class="row">
        <p>
          <strong><bdi dir="ltr">${mac.toUpperCase()}</bdi></strong
          ><br />
          <span class="soft">${fill(words.until, { site: siteName ?? site, moment })}</span>
        </p>
        <form method="post" action="${END_PATH}">
          ${tokenField(frame)}
          <button
            name="mac"
            value="${mac}"
            aria-label="${words.endNamed.replace('{mac}', mac.toUpperCase())}"
          >
            ${words.end}
          </button>
        </form>
      </div>`
    })}
  </section>`
}
