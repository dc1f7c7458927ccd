import { html } from 'hono/html'
import { ENROLMENT_LIMITS } from '#db/device-enrolment.ts'
import type { Html } from '../pages/html.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import type { EnrolmentText } from '../text/enrolment-fr.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { NEW_DEVICE_PATH, ROOTS_PATH, newDevicePath } from './paths.ts'
import { fileName } from './profiles/profile.ts'
import type { StaffNetwork } from './profiles/profile.ts'
import { DEVICE_KINDS, WAYS } from './ways.ts'
import type { DeviceKind, Way } from './ways.ts'

export type NewDeviceError = keyof EnrolmentText['make']['errors']

export interface NewDevicePage {
  readonly way: Way
  readonly network: StaffNetwork
  readonly name: string
  readonly example: string
  readonly kind: DeviceKind
  /** The device that is renewed; null: a new one. */
  readonly device: string | null
  readonly passphrase: string
  readonly request: string
  readonly passwords: boolean
  readonly error: NewDeviceError | null
}

export function newDevicePage(frame: StaffFrame, page: NewDevicePage): StaffContent {
  const text = enrolmentTextIn(frame.language)
  const { make: words, ways } = text
  const { way, device } = page
  const title = device === null ? html`${words.title}` : fill(words.titleRenew, { name: page.name })
  return {
    title: device === null ? words.title : words.titleRenew.replace('{name}', page.name),
    main: html`<h1>${title}</h1>
      <p class="lead">${way === 'password' || way === 'request' ? '' : words.lead}</p>
      <section class="card" aria-labelledby="way">
        <h2 id="way">${ways[way]}</h2>
        ${
          page.error !== null &&
          html`<p class="error" id="error" role="alert">${words.errors[page.error]}</p>`
        }
        <form method="post" action="${NEW_DEVICE_PATH}">
          ${tokenField(frame)}<input type="hidden" name="way" value="${way}" />
          ${device === null ? nameFields(text, page) : again(page)} ${ownFields(words, page)}
          ${way !== 'password' && way !== 'request' && html`<p class="soft">${words.once}</p>`}
          <button>${way === 'password' ? words.submitPassword : words.submit}</button>
        </form>
        <h3>${words.after}</h3>
        <ol>
          ${words.steps[way].map((step) => html`<li>${filled(step, page)}</li>`)}
        </ol>
        ${needsRoots(way) && html`<p><a href="${ROOTS_PATH}">${words.roots}</a></p>`}
      </section>
      <section id="other">
        <h2>${words.otherWay}</h2>
        <ul>
          ${WAYS.filter((other) => isOffered(other, page)).map(
            (other) => html`<li><a href="${newDevicePath(other, device)}">${ways[other]}</a></li>`,
          )}
        </ul>
      </section>`,
  }
}

function isOffered(other: Way, { way, passwords, device }: NewDevicePage): boolean {
  if (other === way) return false
  return other !== 'password' || (passwords && device === null)
}

function needsRoots(way: Way): boolean {
  return way === 'pkcs12' || way === 'request' || way === 'password'
}

function filled(step: string, { network, way }: NewDevicePage): Html {
  const [ssid = ''] = network.ssids
  const file = fileName(network, way === 'linux' ? 'sh' : '')
  const { organisation, serverName: server } = network
  return fill(step, { ssid, organisation, server, file })
}

function nameFields({ make: words, kinds }: EnrolmentText, page: NewDevicePage): Html {
  const isWrong = page.error === 'name'
  return html`<label for="name">${words.name}</label>
    <input
      id="name"
      name="name"
      value="${page.name}"
      maxlength="${ENROLMENT_LIMITS.nameCharacters}"
      autocomplete="off"
      required
      aria-describedby="name-hint${isWrong ? ' error' : ''}"
      ${isWrong && html`aria-invalid="true"`}
    />
    <p class="soft" id="name-hint">${fill(words.nameHint, { example: page.example })}</p>
    <label for="kind">${words.kind}</label>
    <select id="kind" name="kind">
      ${DEVICE_KINDS.map(
        (kind) =>
          html`<option value="${kind}" ${kind === page.kind && html`selected`}>
            ${kinds[kind]}
          </option>`,
      )}
    </select>`
}

function again({ device }: NewDevicePage): Html {
  return html`<input type="hidden" name="device" value="${device ?? ''}" />`
}

function ownFields(words: EnrolmentText['make'], page: NewDevicePage): Html {
  if (page.way === 'pkcs12') {
    return html`<p>${words.passphrase}<br /><span class="code key">${page.passphrase}</span></p>
      <input type="hidden" name="passphrase" value="${page.passphrase}" />
      <p class="soft">${words.passphraseHint}</p>`
  }
  if (page.way !== 'request') return html``
  return html`<label for="request">${words.request}</label>
    <textarea
      id="request"
      name="request"
      rows="8"
      spellcheck="false"
      required
      aria-describedby="request-hint"
    >
${page.request}</textarea>
    <p class="soft" id="request-hint">${words.requestHint}</p>`
}
