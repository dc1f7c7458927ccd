import { html, raw } from 'hono/html'
import type { Rights } from '#core/rights.ts'
import type { Person } from '#db/people.ts'
import type { Look } from '../look.ts'
import { contactLink } from '../pages/contact-link.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import { STAFF_LANGUAGES, staffTextIn } from '../text/staff-language.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { navigationOf } from './navigation.ts'

/** What every page for staff needs besides its own content. */
export interface StaffFrame {
  readonly look: Look
  readonly language: StaffLanguage
  /** IANA name: the clock of the organisation. */
  readonly zone: string
  /** The page's own path and query, without the language. */
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  /** Null before the sign-in. */
  readonly person: Person | null
  /** The hidden field of every form in a session; null before the sign-in. */
  readonly token: string | null
  /** Null before the sign-in. */
  readonly rights: Rights | null
}

export interface StaffContent {
  readonly title: string
  readonly main: Html
  /** Makes the page quicker where script runs: addresses of ours. Without it the page works too. */
  readonly scripts?: readonly string[]
  readonly styles?: readonly string[]
  /** For tables that need the room. */
  readonly isWide?: boolean
  /** Goes on by itself, without script, and not as the answer to a form. */
  readonly refresh?: string
  /** Looks again by itself where no script does. */
  readonly again?: { readonly seconds: number; readonly url: string } | undefined
}

/** The name of that field. */
export const TOKEN_FIELD = 'token'

/** Belongs into each form of a page for staff that posts. */
export function tokenField({ token }: Pick<StaffFrame, 'token'>): Html {
  return html`${token !== null && html`<input type="hidden" name="${TOKEN_FIELD}" value="${token}" />`}`
}

/** Its style element would be against the policy, and is for what we do not show. */
const HTMX_CONFIG = `<meta name="htmx-config" content='{"includeIndicatorCSS":false}'>`

export function staffLayout(frame: StaffFrame, page: StaffContent): Html {
  const { look, language, person } = frame
  const text = staffTextIn(language)
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${page.refresh !== undefined && html`<meta http-equiv="refresh" content="0;url=${page.refresh}" />`}
        ${
          page.again !== undefined &&
          html`<noscript
            ><meta http-equiv="refresh" content="${page.again.seconds};url=${page.again.url}"
          /></noscript>`
        }
        <title>${page.title} – ${look.name}</title>
        ${look.logo && html`<link rel="icon" href="${look.logo.path}" />`} ${raw(look.staffStyle)}
        ${page.scripts && raw(HTMX_CONFIG)}
        ${page.styles?.map((path) => html`<link rel="stylesheet" href="${path}" />`)}
        ${page.scripts?.map((path) => html`<script src="${path}" defer></script>`)}
      </head>
      <body${page.isWide === true && html` class="wide"`}>
        <a class="skip" href="#content">${text.skipToContent}</a>
        <header class="top">
          <p class="brand">
            ${look.logo && html`<img src="${look.logo.path}" alt="" />`}<bdi>${look.name}</bdi>
          </p>
          ${otherLanguages(frame)} ${person && whoIsHere(frame, person)}
        </header>
        ${person && navigation(frame)}
        <main id="content" tabindex="-1">${page.main}</main>
        <footer>
          ${look.contact !== '' && html`<p>${text.contactLabel} ${contactLink(look.contact)}</p>`}
        </footer>
      </body>
    </html>`
}

function otherLanguages({ language, path, query }: StaffFrame): Html {
  const others = STAFF_LANGUAGES.filter((other) => other !== language)
  return html`<p class="tongues">
    ${others.map((other) => {
      const asked = new URLSearchParams()
      for (const [name, value] of [...query, ['lang', other] as const]) asked.append(name, value)
      return html`<a href="${path}?${asked.toString()}" lang="${other}"
        >${staffTextIn(other).languageName}</a
      >`
    })}
  </p>`
}

function whoIsHere(frame: StaffFrame, person: Person): Html {
  const text = staffTextIn(frame.language)
  return html`<p class="who">${fill(text.signedInAs, { name: person.name })}</p>
    <form method="post" action="/staff/sign-out">
      ${tokenField(frame)}<button class="quiet">${text.signOut}</button>
    </form>`
}

function navigation({ language, path, rights }: StaffFrame): Html {
  const entries = navigationOf(rights)
  // The longest that the page stands under: /staff is not where /staff/sessions is.
  const [here] = entries
    .filter((entry) => path === entry.path || path.startsWith(`${entry.path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)
  return html`<nav aria-label="${staffTextIn(language).mainNavigation}">
    <ul>
      ${entries.map(
        (entry) =>
          html`<li>
            <a href="${entry.path}" ${entry === here && html`aria-current="page"`}
              >${entry.label(language)}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}
