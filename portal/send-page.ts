import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { PageName } from './counters.ts'
import type { Html } from './pages/html.ts'
import type { Frame } from './pages/layout.ts'
import { refusalPage } from './pages/refusal-page.ts'
import { REFUSALS } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'
import { pagePolicy } from './security-headers.ts'
import type { Services } from './services.ts'
import { chooseLanguage } from './text/language.ts'
import type { Language } from './text/language.ts'

export function queryOf(c: Context): URLSearchParams {
  return new URL(c.req.url).searchParams
}

/**
 * The frame for this request; the way to other languages keeps the query as it came, for a signed
 * link must stay whole. `language` overrides what the browser says.
 */
export function frameOf(c: Context, services: Services, language?: Language): Frame {
  const url = new URL(c.req.url)
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
    /** A string is a page that is made already. */
    readonly body: Html | string
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
