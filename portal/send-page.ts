import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { PageName } from './counters.ts'
import type { Html } from './pages/html.ts'
import type { Frame } from './pages/layout.ts'
import { refusalPage } from './pages/refusal-page.ts'
import { REFUSALS } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'
import { pagePolicy, SECURITY_HEADERS } from './security-headers.ts'
import { sendMade } from './send-made.ts'
import type { Services } from './services.ts'
import { chooseLanguage } from './text/language.ts'
import type { Language } from './text/language.ts'

const urls = new WeakMap<Context, URL>()

/** The address that was asked for, taken apart once a request. */
export function urlOf(c: Context): URL {
  let url = urls.get(c)
  if (url === undefined) urls.set(c, (url = new URL(c.req.url)))
  return url
}

export function queryOf(c: Context): URLSearchParams {
  return urlOf(c).searchParams
}

/**
 * The frame for this request; the way to other languages keeps the query as it came, for a signed
 * link must stay whole. `language` overrides what the browser says.
 */
export function frameOf(c: Context, services: Services, language?: Language): Frame {
  const url = urlOf(c)
  const asked = url.searchParams.get('lang')
  return {
    look: services.house().look,
    language: chooseLanguage(asked ?? language ?? null, c.req.header('Accept-Language') ?? null),
    here: {
      path: url.pathname,
      query: [...url.searchParams].filter(([name]) => name !== 'lang'),
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

/** The same for a page that was made before, in UTF-8. */
export function sendMadePage(
  c: Context,
  services: Services,
  page: {
    readonly name: PageName
    readonly frame: Frame
    readonly body: Buffer<ArrayBuffer>
    readonly status: ContentfulStatusCode
    readonly formAction: readonly string[]
  },
): Response {
  services.counters.pages[page.name].inc()
  const headers = {
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Security-Policy': pagePolicy(page.frame.look.styleSource, page.formAction),
    'Content-Language': page.frame.language,
    Vary: 'Accept-Language',
    'Cache-Control': 'no-store',
    ...SECURITY_HEADERS,
  }
  return sendMade(c, page.status, headers, page.body)
}

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
