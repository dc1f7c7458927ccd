import { html } from 'hono/html'
import type { OwnDevice } from '#db/device-enrolment.ts'
import type { OwnInternalGrant } from '#db/internal-grants.ts'
import type { OwnDeviceKey } from '#db/own-device-keys.ts'
import type { Generation } from '#db/own-authority.ts'
import { internalRows } from '../internal/join-page.ts'
import type { Html } from '../pages/html.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { counts, day, keptDay, renewalOf } from './device-days.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { keyRows } from './key-pages.ts'
import { NEW_KEY_PATH, devicePath, newDevicePath } from './paths.ts'
import { isDeviceKind } from './ways.ts'
import type { GuessedDevice } from './ways.ts'

export const DONE = [
  'enrolled',
  'revoked',
  'key-made',
  'key-revoked',
  'joined',
  'access-ended',
] as const

export interface DevicesPage {
  readonly devices: readonly OwnDevice[]
  readonly keys: readonly OwnDeviceKey[]
  /** Let into an internal network by signing in. */
  readonly internal: readonly OwnInternalGrant[]
  /** Whether there is a network for them. */
  readonly hasKeys: boolean
  readonly generations: readonly Generation[]
  readonly guessed: GuessedDevice | null
  readonly now: number
  /** What was just done. */
  readonly done: (typeof DONE)[number] | null
}

export function devicesPage(frame: StaffFrame, page: DevicesPage): StaffContent {
  const text = enrolmentTextIn(frame.language)
  const { devices: words } = text
  const { devices, guessed, now } = page
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${fill(words.lead, { organisation: frame.look.name })}</p>
      ${page.done !== null && html`<p class="note" role="status">${words[page.done]}</p>`}
      ${devices.map((device) => renewalNotice(frame, page, device))}
      ${
        guessed === null
          ? html`<p><a class="button" href="${newDevicePath('pkcs12')}">${words.add}</a></p>`
          : html`<p>
              <a class="button" href="${newDevicePath(guessed.way)}"
                >${fill(words.addThis, { make: guessed.make })}</a
              >
            </p>`
      }
      <p><a href="${newDevicePath(guessed?.way ?? 'pkcs12')}#other">${words.another}</a></p>
      ${page.hasKeys && html`<p><a href="${NEW_KEY_PATH}">${words.addThing}</a></p>`}
      ${
        devices.length === 0
          ? html`<p class="soft">${words.none}</p>`
          : html`<section class="card rows">
              ${devices
                .toSorted((a, b) => Number(counts(b, now)) - Number(counts(a, now)))
                .map((device) => row(frame, device, now))}
            </section>`
      }
      ${internalRows(frame, page.internal)} ${keyRows(frame, page.keys)}`,
  }
}

/** What its owner should do soon, with the way to it; nothing where there is nothing to do. */
export function renewalNotice(
  frame: StaffFrame,
  { generations, now }: Pick<DevicesPage, 'generations' | 'now'>,
  device: OwnDevice,
): Html {
  const { devices: words } = enrolmentTextIn(frame.language)
  const renewal = renewalOf(device, generations, now)
  if (renewal === null) return html``
  const sentence = renewal.why === 'end' ? words.renewSoon : words.renewRoot
  const left = Math.max(60, Math.round((renewal.before.getTime() - now) / 1000))
  const said = {
    name: device.name,
    day: day(renewal.before, frame),
    left: formatDuration(left, frame.language),
  }
  return html`<p class="error">
    <a href="${devicePath(device.id)}">${fill(sentence, said)}</a>
  </p>`
}

function row(frame: StaffFrame, device: OwnDevice, now: number): Html {
  const { devices: words, kinds } = enrolmentTextIn(frame.language)
  const kind = isDeviceKind(device.kind) ? kinds[device.kind] : device.kind
  return html`<div class="row">
    <p>
      <strong><bdi>${device.name}</bdi></strong> (${kind})<br />
      <span class="soft">${stateOf(frame, device, now)}</span>
    </p>
    ${
      counts(device, now) &&
      html`<p>
        <a
          href="${devicePath(device.id)}"
          aria-label="${words.openNamed.replace('{name}', device.name)}"
          >${words.open}</a
        >
      </p>`
    }
  </div>`
}

export function stateOf(frame: StaffFrame, device: OwnDevice, now: number): Html {
  const { devices: words } = enrolmentTextIn(frame.language)
  const on = (at: Date): { day: string } => ({ day: day(at, frame) })
  if (device.revokedAt !== null) return fill(words.wasRevoked, on(device.revokedAt))
  if (!counts(device, now)) return fill(words.ended, on(device.endsAt))
  const seen =
    device.lastSeenOn === null
      ? html`${words.neverSeen}`
      : fill(words.seen, { day: keptDay(device.lastSeenOn, frame.language) })
  return html`${seen}, ${fill(words.until, on(device.endsAt))}`
}
