import { rightsOf } from '#core/rights.ts'
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { getCookie, setCookie } from 'hono/cookie'
import type { Html } from '../pages/html.ts'
import { waitIcon } from '../pages/icons.ts'
import { pagePolicy, withOwnScripts } from '../security-headers.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import type { Words } from '../text/fill.ts'
import { preferredOf } from '../text/language.ts'
import { STAFF_LANGUAGES, isStaffLanguage, staffTextIn } from '../text/staff-language.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import type { StaffText } from '../text/staff-fr.ts'
import { STAFF_HOME, returnPath } from './return-path.ts'
import { formToken } from './form-token.ts'
import { staffLayout } from './staff-layout.ts'
import type { StaffContent, StaffFrame } from './staff-layout.ts'
import { SIGN_IN_PATH } from './staff-paths.ts'

const LANGUAGE_COOKIE = 'accueil-language'
const YEAR_SECONDS = 365 * 86_400

/** What was chosen on a page is kept; else what the browser prefers, of the two that there are. */
export function staffLanguage(c: Context): StaffLanguage {
  const asked = new URL(c.req.url).searchParams.get('lang')
  if (isStaffLanguage(asked)) {
    setCookie(c, LANGUAGE_COOKIE, asked, { path: '/', sameSite: 'Lax', maxAge: YEAR_SECONDS })
    return asked
  }
  const chosen = getCookie(c, LANGUAGE_COOKIE)
  if (isStaffLanguage(chosen)) return chosen
  return preferredOf(STAFF_LANGUAGES, c.req.header('Accept-Language') ?? null, 'fr')
}

export function staffFrameOf(c: Context, services: Services): StaffFrame {
  const url = new URL(c.req.url)
  const session = c.get('staffSession')
  return {
    look: services.house().look,
    language: staffLanguage(c),
    zone: services.house().zone,
    path: url.pathname,
    query: [...url.searchParams].filter(([name]) => name !== 'lang'),
    person: session?.person ?? null,
    token: session === undefined ? null : formToken(services.seal, session),
    rights:
      session === undefined
        ? null
        : rightsOf(session.person, services.roleGrants(), services.clock()),
  }
}

/** Every page for staff leaves through here: its policy, its language, never kept by a cache. */
export function sendStaffPage(
  c: Context,
  services: Services,
  page: StaffContent & {
    readonly frame?: StaffFrame
    readonly status?: ContentfulStatusCode
  },
): Response | Promise<Response> {
  const frame = page.frame ?? staffFrameOf(c, services)
  services.counters.pages.staff.inc()
  const policy = pagePolicy(frame.look.staffStyleSource, [])
  const isScripted = page.scripts !== undefined
  c.header('Content-Security-Policy', isScripted ? withOwnScripts(policy) : policy)
  // Without one, browsers send `Origin: null` with a form, which could then be from anywhere.
  c.header('Referrer-Policy', 'same-origin')
  c.header('Content-Language', frame.language)
  c.header('Vary', 'Accept-Language, Cookie')
  c.header('Cache-Control', 'no-store')
  return c.html(staffLayout(frame, page), page.status ?? 200)
}

type ProblemName = Exclude<keyof StaffText['problems'], 'back' | 'backHome'>

/** What went wrong, and how to go on: by signing in, to come back to `to`. */
export function sendStaffProblem(
  c: Context,
  services: Services,
  name: ProblemName,
  options: {
    readonly status: ContentfulStatusCode
    readonly to?: string
    readonly isAgain?: boolean
    readonly words?: Words
  },
): Response | Promise<Response> {
  const frame = staffFrameOf(c, services)
  const { problems } = staffTextIn(frame.language)
  const { title, why } = problems[name]
  const main = html`<p class="mark">${waitIcon}</p>
    <h1>${title}</h1>
    <p class="lead">${fill(why, options.words ?? {})}</p>
    <p>${wayOn(frame, options)}</p>`
  return sendStaffPage(c, services, { frame, title, main, status: options.status })
}

function wayOn(
  frame: StaffFrame,
  { to, isAgain }: { readonly to?: string; readonly isAgain?: boolean },
): Html {
  const { problems } = staffTextIn(frame.language)
  if (frame.person !== null && isAgain !== true) {
    return html`<a class="button" href="${returnPath(to)}">${problems.backHome}</a>`
  }
  const query = new URLSearchParams({
    to: returnPath(to ?? STAFF_HOME),
    ...(isAgain === true ? { again: '1' } : {}),
  })
  return html`<a class="button" href="${SIGN_IN_PATH}?${query.toString()}">${problems.back}</a>`
}
