import { html } from 'hono/html'
import encodeQr from 'qr'
import { ENROLMENT_LIMITS } from '#db/device-enrolment.ts'
import type { OwnDeviceKey } from '#db/own-device-keys.ts'
import type { Html } from '../pages/html.ts'
import { qrPicture } from '../pages/qr-picture.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import type { EnrolmentText } from '../text/enrolment-fr.ts'
import { fill } from '../text/fill.ts'
import { keptDay } from './device-days.ts'
import { enrolmentTextIn } from './enrolment-text.ts'
import { DEVICES_PATH, NEW_KEY_PATH, keyRevocationPath } from './paths.ts'
import { THING_KINDS, isDeviceKind } from './ways.ts'
import type { ThingKind } from './ways.ts'

export type KeyError = keyof EnrolmentText['keys']['errors']

export interface NewKeyPage {
  readonly ssid: string
  readonly label: string
  readonly kind: ThingKind
  readonly place: string
  readonly mac: string
  /** Offered to whoever types; more than a page should carry are left out. */
  readonly places: readonly { readonly site: string; readonly siteName: string }[]
  readonly error: KeyError | null
}

/** Which thing, and where: what a key is made for. */
export function newKeyPage(frame: StaffFrame, page: NewKeyPage): StaffContent {
  const { keys: words, kinds } = enrolmentTextIn(frame.language)
  const { error } = page
  const described = (field: 'label' | 'place' | 'mac', hint: string): Html =>
    FIELD_OF[error ?? 'label'] === field && error !== null
      ? html`aria-describedby="${hint} error" aria-invalid="true"`
      : html`aria-describedby="${hint}"`
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${fill(words.lead, { ssid: page.ssid })}</p>
      <section class="card">
        <form method="post" action="${NEW_KEY_PATH}">
          ${tokenField(frame)}
          ${
            error !== null &&
            html`<p class="error" id="error" role="alert">${words.errors[error]}</p>`
          }
          <label for="label">${words.label}</label>
          <input
            id="label"
            name="label"
            value="${page.label}"
            maxlength="${ENROLMENT_LIMITS.nameCharacters}"
            autocomplete="off"
            required
            ${described('label', 'label-hint')}
          />
          <p class="soft" id="label-hint">${words.labelHint}</p>
          <label for="kind">${words.kind}</label>
          <select id="kind" name="kind">
            ${THING_KINDS.map(
              (kind) =>
                html`<option value="${kind}" ${kind === page.kind && html`selected`}>
                  ${kinds[kind]}
                </option>`,
            )}
          </select>
          <label for="place">${words.place}</label>
          <input
            id="place"
            name="place"
            value="${page.place}"
            list="places"
            maxlength="128"
            autocomplete="off"
            required
            ${described('place', 'place-hint')}
          />
          <datalist id="places">
            ${page.places.map(
              ({ site, siteName }) => html`<option value="${site}">${siteName}</option>`,
            )}
          </datalist>
          <p class="soft" id="place-hint">${words.placeHint}</p>
          <label for="mac">${words.mac}</label>
          <input
            id="mac"
            name="mac"
            value="${page.mac}"
            placeholder="AA-BB-CC-DD-EE-FF"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            maxlength="64"
            dir="ltr"
            ${described('mac', 'mac-hint')}
          />
          <p class="soft" id="mac-hint">${words.macHint}</p>
          <button>${words.submit}</button>
        </form>
      </section>
      <p><a href="${DEVICES_PATH}">${words.back}</a></p>`,
  }
}

/** The field that an error is about; null: none of them. */
const FIELD_OF: Readonly<Record<KeyError, 'label' | 'place' | 'mac' | null>> = {
  label: 'label',
  'unknown-place': 'place',
  crowded: 'mac',
  'bad-mac': 'mac',
  'mac-taken': 'mac',
  'too-many': null,
}

/** The only page that has the passphrase. */
export function keyPage(
  frame: StaffFrame,
  { key, passphrase }: { readonly key: OwnDeviceKey; readonly passphrase: string },
): StaffContent {
  const { keys: words } = enrolmentTextIn(frame.language)
  const uri = wifiUri(key.ssid, passphrase)
  return {
    title: words.madeTitle.replace('{name}', key.label),
    main: html`<h1>${fill(words.madeTitle, { name: key.label })}</h1>
      <p class="lead">${words.madeLead}</p>
      <section class="card">
        <dl>
          ${entry(words.network, key.ssid)} ${entry(words.passphrase, passphrase)}
          ${entry(words.place, placeOf(key))}
        </dl>
        <div role="img" aria-label="${words.qr}">
          ${qrPicture(encodeQr(uri, 'raw', { ecc: 'medium', border: 1 }))}
        </div>
        <p class="soft">${words.qrHint}</p>
      </section>
      <p class="soft">${key.mac === null ? words.first : words.only}</p>
      <p><a class="button" href="${DEVICES_PATH}?done=key-made">${words.next}</a></p>`,
  }
}

/** On the page of one's devices: what has a key, and a way to take it away. */
export function keyRows(frame: StaffFrame, keys: readonly OwnDeviceKey[]): Html {
  const { keys: words, kinds } = enrolmentTextIn(frame.language)
  if (keys.length === 0) return html``
  return html`<section class="card rows" aria-labelledby="keys">
    <h2 id="keys">${words.mine}</h2>
    ${keys.map((key) => {
      const until = key.until === null ? '' : keptDay(key.until, frame.language)
      const used = key.mac === null ? html`${words.unused}` : html`<bdi dir="ltr">${key.mac}</bdi>`
      return html`<div class="row">
        <p>
          <strong><bdi>${key.label}</bdi></strong>
          (${isDeviceKind(key.kind) ? kinds[key.kind] : key.kind})<br />
          <span class="soft">${placeOf(key)}, ${used}, ${fill(words.until, { day: until })}</span>
        </p>
        <form method="post" action="${keyRevocationPath(key.name)}">
          ${tokenField(frame)}
          <button aria-label="${words.revokeNamed.replace('{name}', key.label)}">
            ${words.revoke}
          </button>
        </form>
      </div>`
    })}
  </section>`
}

function placeOf({ site, siteName }: OwnDeviceKey): string {
  return siteName === null ? (site ?? '') : `${siteName} (${site})`
}

function entry(label: string, value: string): Html {
  return html`<dt>${label}</dt>
    <dd class="code key">${value}</dd>`
}

/** As phones, tills and scanners read it (Wi-Fi Alliance, WPA3 specification §7.1). */
function wifiUri(ssid: string, passphrase: string): string {
  const escaped = (value: string): string => value.replaceAll(/[\\;,:"]/g, '\\$&')
  return `WIFI:T:WPA;S:${escaped(ssid)};P:${escaped(passphrase)};;`
}
