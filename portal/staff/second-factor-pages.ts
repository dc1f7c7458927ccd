import { html } from 'hono/html'
import encodeQr from 'qr'
import { base32, otpauthUri } from '#core/totp.ts'
import type { Html } from '../pages/html.ts'
import { qrPicture } from '../pages/qr-picture.ts'
import { passkeyForm } from './passkey-form.ts'
import type { PasskeyForm } from './passkey-form.ts'
import { PASSKEY_SCRIPT_PATH } from './passkey-script.ts'
import { staffTextIn } from '../text/staff-language.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { ENROL_PATH, FACTOR_PATH } from './staff-paths.ts'

/** A code, or one of the passkeys that there are. */
export function codePage(
  frame: StaffFrame,
  error: Html | null,
  passkey: PasskeyForm | null,
): StaffContent {
  const { secondFactor: words } = staffTextIn(frame.language)
  return {
    title: words.title,
    ...(passkey !== null && { scripts: [PASSKEY_SCRIPT_PATH] }),
    main: html`<h1>${words.title}</h1>
      ${passkey !== null && passkeyForm(frame, passkey, html``, words.usePasskey)}
      <p class="lead">${words.lead}</p>
      <section class="card">
        <form method="post" action="${FACTOR_PATH}">
          ${codeField(words.code, error, 'text')}
          <button>${words.submit}</button>
        </form>
      </section>`,
  }
}

export function enrolPage(
  frame: StaffFrame,
  page: { readonly username: string; readonly secret: Uint8Array; readonly error: Html | null },
): StaffContent {
  const { secondFactor: words } = staffTextIn(frame.language)
  const uri = otpauthUri(frame.look.name, page.username, page.secret)
  const key = base32(page.secret).match(/.{1,4}/g) ?? []
  return {
    title: words.enrolTitle,
    main: html`<h1>${words.enrolTitle}</h1>
      <p class="lead">${words.enrolLead}</p>
      <section class="card">
        <ol>
          <li>${words.enrolStep1}</li>
          <li>${words.enrolStep2}</li>
        </ol>
        <div role="img" aria-label="${words.picture}">
          ${qrPicture(encodeQr(uri, 'raw', { ecc: 'medium', border: 1 }))}
        </div>
        <p>${words.key} <span class="code key">${key.join(' ')}</span></p>
        <ol start="3">
          <li>${words.enrolStep3}</li>
        </ol>
        <form method="post" action="${ENROL_PATH}">
          ${codeField(words.title, page.error, 'numeric')}
          <button>${words.enrolSubmit}</button>
        </form>
      </section>`,
  }
}

export function codesPage(frame: StaffFrame, codes: readonly string[], next: string): StaffContent {
  const { secondFactor: words } = staffTextIn(frame.language)
  return {
    title: words.codesTitle,
    main: html`<h1>${words.codesTitle}</h1>
      <p class="lead">${words.codesLead}</p>
      <section class="card">
        <ul class="codes">
          ${codes.map((code) => html`<li>${code}</li>`)}
        </ul>
      </section>
      <p><a class="button" href="${next}">${words.codesNext}</a></p>`,
  }
}

function codeField(label: string, error: Html | null, mode: 'text' | 'numeric'): Html {
  return html`${error !== null && html`<p class="error" id="error" role="alert">${error}</p>`}
    <label for="code">${label}</label>
    <input
      id="code"
      name="code"
      autocomplete="one-time-code"
      inputmode="${mode}"
      autocapitalize="characters"
      spellcheck="false"
      maxlength="32"
      required
      ${error !== null && html`aria-describedby="error" aria-invalid="true"`}
    />`
}
