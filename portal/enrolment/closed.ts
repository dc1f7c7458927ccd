import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { waitIcon } from '../pages/icons.ts'
import type { Services } from '../services.ts'
import { sendStaffPage, staffFrameOf } from '../staff/send-staff-page.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import type { EnrolmentText } from '../text/enrolment-fr.ts'
import { DEVICES_PATH } from './paths.ts'

/** Why there is nothing to enrol, and the way back. */
export function sendClosed(
  c: Context,
  services: Services,
  why: Exclude<keyof EnrolmentText['closed'], 'title'>,
  status: ContentfulStatusCode,
): Response | Promise<Response> {
  const frame = staffFrameOf(c, services)
  const { closed, device } = enrolmentTextIn(frame.language)
  const title = why === 'noNetwork' || why === 'noAuthority' ? closed.title : closed[why]
  const main = html`<p class="mark">${waitIcon}</p>
    <h1>${title}</h1>
    ${title !== closed[why] && html`<p class="lead">${closed[why]}</p>`}
    <p><a class="button" href="${DEVICES_PATH}">${device.back}</a></p>`
  return sendStaffPage(c, services, { frame, title, main, status })
}
