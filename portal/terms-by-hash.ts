import { effectiveTerms } from '#db/terms.ts'
import type { Handler } from 'hono'
import type { House, TermsShown } from './house.ts'
import { notFoundPage } from './pages/not-found-page.ts'
import { termsVersionPage } from './pages/terms-version-page.ts'
import { frameOf, sendPage } from './send-page.ts'
import type { Services } from './services.ts'

/** What `GET /guest/terms/HASH` may name: a text by its SHA-256, as a page or as it was written. */
export const TERMS_BY_HASH = '/guest/terms/:file{[0-9a-f]{64}(\\.md)?}'

/**
 * The exact text that a receipt names, whatever version is in force now. With `.md` its very octets, so
 * that anybody can work out the hash.
 */
export function termsByHash(services: Services): Handler {
  return function termsByHashHandler(c) {
    const house = services.house()
    const [hash = '', extension] = (c.req.param('file') ?? '').split('.')
    const terms = findText(house, hash)
    const frame = frameOf(c, services)
    if (terms === null) {
      const body = notFoundPage(frame)
      return sendPage(c, services, { name: 'not-found', frame, body, status: 404 })
    }
    if (extension !== undefined) {
      c.header('Content-Language', terms.text.language)
      c.header('Cache-Control', 'public, max-age=31536000, immutable')
      return c.text(terms.text.markdown)
    }
    const now = services.clock()
    const isInForce = effectiveTerms(house.terms, now)?.version === terms.version
    const state = isInForce ? 'in-force' : terms.effective.getTime() > now ? 'to-come' : 'former'
    const body = termsVersionPage(frame, terms, state)
    return sendPage(c, services, { name: 'terms-text', frame, body })
  }
}

function findText(house: House, sha256: string): TermsShown | null {
  const rendered = house.rendered.get(sha256)
  if (rendered === undefined) return null
  for (const { version, effective, texts } of house.terms) {
    const text = texts.find((one) => one.sha256 === sha256)
    if (text !== undefined) return { version, effective, text, rendered }
  }
  return null
}
