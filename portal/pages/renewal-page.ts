import { html } from 'hono/html'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { shortNotice } from './notice.ts'
import type { TermsPage } from './terms-page.ts'
import { termsBody } from './terms-text.ts'

/** For a device that accepted this very version before: one button, and the text for who wants it again. */
export function renewalPage(frame: Frame, page: TermsPage): Html {
  const text = textIn(frame.language)
  const { renewal: words, terms } = text
  const duration = formatDuration(page.grantSeconds, frame.language)
  return layout(frame, {
    title: words.title,
    main: html`${page.message && html`<p class="note" role="alert">${terms[page.message]}</p>`}
      <p class="place"><bdi>${page.siteName}</bdi></p>
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <form class="card" method="post" action="${page.action}">
        <p>${fill(terms.grant, { duration })}</p>
        <p class="soft" id="consequence">${terms.consequence}</p>
        <button type="submit" name="accept" value="yes" aria-describedby="consequence">
          ${words.accept}
        </button>
      </form>
      <details class="card" id="terms">
        <summary>${words.read}</summary>
        ${termsBody(page.terms, frame.language)}
      </details>
      ${shortNotice(frame.look, text, page.notice)}`,
  })
}
