import { html } from 'hono/html'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import { staffTextIn } from '../text/staff-language.ts'
import { OIDC_FOLDER, SIGN_IN_PATH } from './staff-paths.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'

export interface SignInPage {
  /** In the order in which they are offered. */
  readonly providers: readonly { readonly name: string; readonly label: string }[]
  readonly to: string
  readonly isAgain: boolean
  /** What the account was, so that nobody writes it twice. */
  readonly account: string
  /** The sentence about the last try. */
  readonly error: Html | null
}

export function signInPage(frame: StaffFrame, page: SignInPage): StaffContent {
  const { signIn: words } = staffTextIn(frame.language)
  const lead = page.isAgain ? words.leadAgain : fill(words.lead, { organisation: frame.look.name })
  return {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${lead}</p>
      ${page.providers.map((provider) => providerLink(frame, page, provider))}
      ${
        page.providers.length === 0
          ? html`<section class="card">${passwordForm(frame, page)}</section>`
          : html`<details class="card" ${page.error !== null && html`open`}>
              <summary>${words.orLocal}</summary>
              ${passwordForm(frame, page)}
            </details>`
      }`,
  }
}

/** A link and not a form: browsers hold a form back that is led on to another host. */
function providerLink(
  { language }: StaffFrame,
  { to, isAgain }: SignInPage,
  { name, label }: SignInPage['providers'][number],
): Html {
  const query = new URLSearchParams({ to, ...(isAgain ? { again: '1' } : {}) })
  const text = fill(staffTextIn(language).signIn.with, { provider: label })
  return html`<p>
    <a class="button" href="${OIDC_FOLDER}${name}/start?${query.toString()}">${text}</a>
  </p>`
}

function passwordForm({ language }: StaffFrame, { to, isAgain, account, error }: SignInPage): Html {
  const { signIn: words } = staffTextIn(language)
  const described = error !== null && html`aria-describedby="error" aria-invalid="true"`
  return html`<form method="post" action="${SIGN_IN_PATH}">
    ${error !== null && html`<p class="error" id="error" role="alert">${error}</p>`}
    <input type="hidden" name="to" value="${to}" />
    ${isAgain && html`<input type="hidden" name="again" value="1" />`}
    <label for="account">${words.account}</label>
    <input
      id="account"
      name="account"
      value="${account}"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      maxlength="253"
      required
      ${described}
    />
    <label for="password">${words.password}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      maxlength="256"
      required
      ${described}
    />
    <button>${words.submit}</button>
  </form>`
}
