import { html } from 'hono/html'
import encodeQr from 'qr'
import type { Html } from '../pages/html.ts'
import { qrPicture } from '../pages/qr-picture.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { DEVICES_PATH, PROFILE_PATH } from './paths.ts'
import { outerIdentity } from './profiles/profile.ts'
import type { StaffNetwork } from './profiles/profile.ts'
import { PROFILE_WAYS } from './ways.ts'

export interface PasswordPage {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly password: string
  readonly network: StaffNetwork
}

/** The only page that has the password; it is in the form too, so that a file can be made of it. */
export function passwordPage(frame: StaffFrame, page: PasswordPage): StaffContent {
  const { password: words, ways } = enrolmentTextIn(frame.language)
  const { network, username, password } = page
  return {
    title: words.title.replace('{name}', page.name),
    main: html`<h1>${fill(words.title, { name: page.name })}</h1>
      <p class="lead">${words.lead}</p>
      <section class="card">
        <dl>
          ${entry(words.username, username)} ${entry(words.password, password)}
          ${entry(words.network, network.ssids.join(', '))}
          ${entry(words.method, words.methodValue)}
          ${entry(words.anonymous, outerIdentity(network))}
          ${entry(words.server, network.serverName)}
        </dl>
        <div role="img" aria-label="${words.qr}">
          ${qrPicture(encodeQr(wifiUri(page), 'raw', { ecc: 'medium', border: 1 }))}
        </div>
        <p class="soft">${words.qrHint}</p>
      </section>
      <section class="card rows">
        <h2>${words.files}</h2>
        ${PROFILE_WAYS.map(
          (way) =>
            html`<form class="row" method="post" action="${PROFILE_PATH}">
              ${tokenField(frame)}<input type="hidden" name="way" value="${way}" />
              <input type="hidden" name="device" value="${page.id}" />
              <input type="hidden" name="password" value="${password}" />
              <button>${ways[way]}</button>
            </form>`,
        )}
      </section>
      <p><a class="button" href="${DEVICES_PATH}?done=enrolled">${words.next}</a></p>`,
  }
}

function entry(label: string, value: string): Html {
  return html`<dt>${label}</dt>
    <dd class="code key">${value}</dd>`
}

/** As Android and ZXing read it: an enterprise network with its method. */
function wifiUri({ network, username, password }: PasswordPage): string {
  const fields = [
    ['T', 'WPA2-EAP'],
    ['S', network.ssids[0] ?? ''],
    ['E', 'TTLS'],
    ['PH2', 'PAP'],
    ['A', outerIdentity(network)],
    ['I', username],
    ['P', password],
  ] as const
  const escaped = (value: string): string => value.replaceAll(/[\\;,:"]/g, '\\$&')
  return `WIFI:${fields.map(([key, value]) => `${key}:${escaped(value)};`).join('')};`
}
