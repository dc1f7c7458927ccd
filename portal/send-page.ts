import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { PageName } from './counters.ts'
import type { Look } from './look.ts'
import type { Html } from './pages/html.ts'
import type { Frame } from './pages/layout.ts'
import { refusalPage } from './pages/refusal-page.ts'
import { REFUSALS } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'
import { pagePolicy, SECURITY_HEADERS } from './security-headers.ts'
import type { Services } from './services.ts'
import { chooseLanguage } from './text/language.ts'
import type { Language } from './text/language.ts'

/** Kept beside what Node gave us of the request: a WeakMap costs more than what it saves. */
interface Asked {
  url?: URL
  query?: URLSearchParams
}

/** The address that was asked for, taken apart once a request. */
export function urlOf(c: Context): URL {
  const asked = askedOf(c)
  return (asked.url ??= new URL(c.req.url))
}

/** The query alone: most requests need no more of their address, and this is half the work. */
export function queryOf(c: Context): URLSearchParams {
  const asked = askedOf(c)
  return (asked.query ??= readQuery(c))
}

/** Where nothing listens, as in a test, there may be nothing to keep it beside. */
function askedOf(c: Context): Asked {
  return (c.env ??= {}) as Asked
}

function readQuery(c: Context): URLSearchParams {
  const { url } = c.req
  if (url.includes('#')) return urlOf(c).searchParams
  const start = url.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : url.slice(start))
}

/** Whether it was asked of our own name, which says nothing of who asks. */
export function asksOurName(c: Context, publicUrl: URL): boolean {
  const { url } = c.req
  const start = url.indexOf('//') + 2
  const { host } = publicUrl
  if (url.startsWith(host, start) && url[start + host.length] === '/') return true
  return urlOf(c).hostname === publicUrl.hostname
}

/**
 * The frame for this request; the way to other languages keeps the query as it came, for a signed
 * link must stay whole. `language` overrides what the browser says.
 */
export function frameOf(c: Context, services: Services, language?: Language): Frame {
  const asked = queryOf(c).get('lang')
  return {
    look: services.house().look,
    language: chooseLanguage(asked ?? language ?? null, c.req.header('Accept-Language') ?? null),
    // Not before a page is made with it: most are made already.
    get here() {
      const { pathname, searchParams } = urlOf(c)
      return { path: pathname, query: [...searchParams].filter(([name]) => name !== 'lang') }
    },
  }
}

/** Every page leaves through here: its policy, its language, never kept by a cache. */
export function sendPage(
  c: Context,
  services: Services,
  page: {
    readonly name: PageName
    readonly frame: Frame
    readonly body: Html
    readonly status?: ContentfulStatusCode
    readonly formAction?: readonly string[]
    /** Where it is not the style of all pages. */
    readonly styleSource?: string
  },
): Response | Promise<Response> {
  services.counters.pages[page.name].inc()
  c.header(
    'Content-Security-Policy',
    pagePolicy(page.styleSource ?? page.frame.look.styleSource, page.formAction ?? []),
  )
  c.header('Content-Language', page.frame.language)
  c.header('Vary', 'Accept-Language')
  c.header('Cache-Control', 'no-store')
  return c.html(page.body, page.status ?? 200)
}

/** The headers of a page that was made before, with those of everything that leaves. */
export function madePageHeaders(
  look: Look,
  language: Language,
  formAction: readonly string[],
): readonly string[] {
  return [
    'Content-Security-Policy',
    pagePolicy(look.styleSource, formAction),
    'Content-Language',
    language,
    ...OF_MADE_PAGES,
  ]
}

const OF_MADE_PAGES: readonly string[] = Object.entries({
  'Content-Type': 'text/html; charset=UTF-8',
  Vary: 'Accept-Language',
  'Cache-Control': 'no-store',
  ...SECURITY_HEADERS,
}).flat()

export function sendRefusal(
  c: Context,
  services: Services,
  reason: RefusalReason,
  frame: Frame = frameOf(c, services),
): Response | Promise<Response> {
  services.counters.refusals[reason].inc()
  const body = refusalPage(frame, reason)
  return sendPage(c, services, { name: 'refusal', frame, body, status: REFUSALS[reason] })
}
