import { createHash } from 'node:crypto'
import { html } from 'hono/html'
import { WEBAUTHN_ALGORITHMS } from '#core/webauthn.ts'
import type { Html } from '../pages/html.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { tokenField } from './staff-layout.ts'
import type { StaffFrame } from './staff-layout.ts'

export interface PasskeyForm {
  readonly action: string
  readonly isNew: boolean
  readonly username: string
  readonly rpId: string
  readonly challenge: string
  /** Of those that there are: to be shown, or not to be made again. */
  readonly known: readonly string[]
}

/** Hidden until the script shows it; it then fills in what the browser says. */
export function passkeyForm(
  frame: StaffFrame,
  form: PasskeyForm,
  fields: Html,
  label: string,
): Html {
  const { passkeys: words } = staffTextIn(frame.language)
  const { action, isNew, username, rpId, challenge, known } = form
  const asked = JSON.stringify({
    ...{ isNew, username, rpId, challenge, known, organisation: frame.look.name },
    // Of the account, and no name: an authenticator that was found tells nobody whose it is.
    user: createHash('sha256').update(`passkey of ${username}`).digest('base64url'),
    algorithms: WEBAUTHN_ALGORITHMS,
  })
  return html`<form
    method="post"
    action="${action}"
    data-passkey="${asked}"
    ${isNew ? html`` : html`class="card"`}
    hidden
  >
    ${tokenField(frame)}
    <p class="error" role="alert" hidden>${isNew ? words.notMade : words.notShown}</p>
    ${fields}
    <input type="hidden" name="challenge" value="${challenge}" />
    ${['id', 'clientData', 'authenticatorData', 'signature'].map(
      (name) => html`<input type="hidden" name="${name}" value="" />`,
    )}
    <button>${label}</button>
  </form>`
}

/** What the script filled in. */
export interface ShownPasskey {
  readonly id: string
  readonly challenge: string
  readonly clientData: Uint8Array
  readonly authenticatorData: Uint8Array
  readonly signature: Uint8Array
}

export function readPasskeyForm(form: URLSearchParams): ShownPasskey {
  const octets = (name: string): Buffer => Buffer.from(form.get(name) ?? '', 'base64url')
  return {
    id: form.get('id') ?? '',
    challenge: form.get('challenge') ?? '',
    clientData: octets('clientData'),
    authenticatorData: octets('authenticatorData'),
    signature: octets('signature'),
  }
}
