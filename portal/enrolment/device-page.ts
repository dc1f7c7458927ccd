import { html } from 'hono/html'
import type { OwnDevice } from '#db/device-enrolment.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { day } from './device-days.ts'
import { stateOf } from './devices-page.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { DEVICES_PATH, devicePath, newDevicePath } from './paths.ts'
import type { Way } from './ways.ts'

export const REVOCATION_REASONS = ['lost', 'replaced', 'unused'] as const

/** One device: what is known of it, and what its owner can do. */
export function devicePage(
  frame: StaffFrame,
  { device, way, now }: { readonly device: OwnDevice; readonly way: Way; readonly now: number },
): StaffContent {
  const { device: words } = enrolmentTextIn(frame.language)
  const isCertificate = device.credential === 'certificate'
  return {
    title: device.name,
    main: html`<h1><bdi>${device.name}</bdi></h1>
      <section class="card">
        <dl>
          <dt>${words.state}</dt>
          <dd>${words.good}. ${stateOf(frame, device, now)}.</dd>
          <dt>${words.credential}</dt>
          <dd>${isCertificate ? words.certificate : words.password}</dd>
          <dt>${words.created}</dt>
          <dd>${day(device.createdAt, frame)}</dd>
        </dl>
        ${
          isCertificate
            ? html`<p>
                  <a class="button" href="${newDevicePath(way, device.id)}">${words.renew}</a>
                </p>
                <p class="soft">${words.renewLead}</p>`
            : html`<p>
                  <a class="button" href="${newDevicePath('password')}">${words.again}</a>
                </p>
                <p class="soft">${words.againLead}</p>`
        }
      </section>
      <section class="card" aria-labelledby="revoke">
        <h2 id="revoke">${words.revoke}</h2>
        <p>${words.revokeLead}</p>
        <form method="post" action="${devicePath(device.id)}/revoke">
          ${tokenField(frame)}
          <label for="reason">${words.reason}</label>
          <select id="reason" name="reason">
            ${REVOCATION_REASONS.map(
              (reason) => html`<option value="${reason}">${words.reasons[reason]}</option>`,
            )}
          </select>
          <button>${words.revoke}</button>
        </form>
      </section>
      <p><a href="${DEVICES_PATH}">${words.back}</a></p>`,
  }
}
