import { html } from 'hono/html'
import { PASSKEY_LIMITS } from '#db/passkeys.ts'
import type { Passkey } from '#db/passkeys.ts'
import { day } from '../enrolment/device-days.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import type { StaffText } from '../text/staff-fr.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { passkeyForm } from './passkey-form.ts'
import { PASSKEY_SCRIPT_PATH } from './passkey-script.ts'
import { tokenField } from './staff-layout.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { PASSKEYS_PATH, PASSKEY_REMOVAL_PATH } from './staff-paths.ts'

export type PasskeyError = Extract<keyof StaffText['passkeys'], 'noName' | 'notMade' | 'notTaken'>

export interface PasskeysPage {
  readonly passkeys: readonly Passkey[]
  readonly username: string
  /** Null: browsers have no passkeys for an address like ours. */
  readonly rpId: string | null
  readonly challenge: string
  readonly error: PasskeyError | null
  readonly done: 'added' | 'removed' | null
}

export function passkeysPage(frame: StaffFrame, page: PasskeysPage): StaffContent {
  const { passkeys: words } = staffTextIn(frame.language)
  const { passkeys, rpId, error, done } = page
  return {
    title: words.title,
    scripts: [PASSKEY_SCRIPT_PATH],
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${done !== null && html`<p class="note" role="status">${words[done]}</p>`}
      ${error !== null && html`<p class="error" role="alert">${words[error]}</p>`}
      ${
        passkeys.length === 0
          ? html`<p class="soft">${words.none}</p>`
          : html`<section class="card rows">
              ${passkeys.map((passkey) => row(frame, passkey))}
            </section>`
      }
      <section class="card" aria-labelledby="add">
        <h2 id="add">${words.addTitle}</h2>
        ${rpId === null ? html`<p>${words.noPasskeys}</p>` : addForm(frame, page, rpId)}
      </section>`,
  }
}

function addForm(frame: StaffFrame, page: PasskeysPage, rpId: string): Html {
  const { passkeys: words } = staffTextIn(frame.language)
  const { username, challenge, passkeys } = page
  const name = html`<label for="name">${words.name}</label>
    <p class="soft" id="hint">${words.nameHint}</p>
    <input
      id="name"
      name="name"
      maxlength="${PASSKEY_LIMITS.nameCharacters}"
      autocomplete="off"
      required
      aria-describedby="hint"
    />`
  const form = {
    ...{ action: PASSKEYS_PATH, isNew: true, username, rpId, challenge },
    known: passkeys.map(({ id }) => id),
  }
  return html`<p data-no-script>${words.noScript}</p>
    ${passkeyForm(frame, form, name, words.add)}`
}

function row(frame: StaffFrame, { id, name, addedAt, usedAt }: Passkey): Html {
  const { passkeys: words } = staffTextIn(frame.language)
  const used =
    usedAt === null ? html`${words.unused}` : fill(words.used, { day: day(usedAt, frame) })
  return html`<div class="row">
    <p>
      <strong><bdi>${name}</bdi></strong
      ><br />
      <span class="soft">${fill(words.since, { day: day(addedAt, frame) })}, ${used}</span>
    </p>
    <form method="post" action="${PASSKEY_REMOVAL_PATH}">
      ${tokenField(frame)}
      <button name="id" value="${id}" aria-label="${words.removeNamed.replace('{name}', name)}">
        ${words.remove}
      </button>
    </form>
  </div>`
}
