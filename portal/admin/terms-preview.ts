import type { Handler } from 'hono'
import { findTerms } from '#db/admin/terms.ts'
import { textDigest } from '#db/terms.ts'
import { createMarkdown } from '../markdown.ts'
import { termsPage } from '../pages/terms-page.ts'
import { sendPage } from '../send-page.ts'
import type { Services } from '../services.ts'
import { isLanguage } from '../text/language.ts'
import { withRight } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'

const DEFAULT_GRANT_SECONDS = 30 * 86_400

/** `GET /admin/terms/VERSION/LANGUAGE/preview`: the page as a phone will show it, with a button that does nothing. */
export function previewTerms(services: Services): Handler {
  const render = createMarkdown()
  return withRight(services, 'terms.read', async (view) => {
    const { c, sql, text } = view
    const language = c.req.param('language') ?? ''
    const found = await findTerms(sql, c.req.param('version') ?? '')
    const markdown = found?.texts[language]
    if (found === null || markdown === undefined) return sendNothing(services, view)
    const frame = {
      look: services.house().look,
      language: isLanguage(language) ? language : ('fr' as const),
      here: null,
    }
    const body = termsPage(frame, {
      terms: {
        version: found.version,
        effective: new Date(`${found.effective}T00:00:00Z`),
        text: { language, markdown, sha256: textDigest(markdown) },
        rendered: render(markdown),
      },
      siteName: services.house().look.name,
      grantSeconds: DEFAULT_GRANT_SECONDS,
      ...{ action: '', notice: `/guest/notice?lang=${frame.language}`, message: null },
      preview: text.terms.isPreview,
    })
    return sendPage(c, services, { name: 'terms-text', frame, body })
  })
}
