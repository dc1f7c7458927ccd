import { html } from 'hono/html'
import type { TermsShown } from '../house.ts'
import { formatDuration } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { clockIcon, recordIcon, shieldIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { shortNotice } from './notice.ts'
import { termsText } from './terms-text.ts'

export interface TermsPage {
  readonly terms: TermsShown
  readonly siteName: string
  readonly grantSeconds: number
  /** Where the form posts; carries all that the acceptance needs. */
  readonly action: string
  /** The full notice, from where the way leads back to this page. */
  readonly notice: string
  readonly message: 'notAccepted' | 'changed' | 'back' | null
  /** A sentence that says so, where it is only looked at: nobody can accept. */
  readonly preview?: string
}

/** The page that a phone meets: what matters, the terms, the notice, and one button always in sight. */
export function termsPage(frame: Frame, page: TermsPage): Html {
  const text = textIn(frame.language)
  const { terms: words } = text
  const duration = formatDuration(page.grantSeconds, frame.language)
  return layout(frame, {
    title: words.title,
    main: html`${page.preview !== undefined && html`<p class="note">${page.preview}</p>`}
      ${page.message && html`<p class="note" role="alert">${words[page.message]}</p>`}
      <p class="place"><bdi>${page.siteName}</bdi></p>
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <section class="card" aria-labelledby="brief">
        <h2 id="brief">${words.briefly}</h2>
        <ul class="points">
          <li>${clockIcon}<span>${fill(words.grant, { duration })}</span></li>
          <li>${shieldIcon}<span>${words.filter}</span></li>
          <li>${recordIcon}<span>${words.log}</span></li>
        </ul>
      </section>
      ${termsText(page.terms, frame.language)} ${shortNotice(frame.look, text, page.notice)}
      <form class="bar" method="post" action="${page.action}">
        <p class="soft" id="consequence">${words.consequence}</p>
        <button
          type="submit"
          name="accept"
          value="yes"
          aria-describedby="consequence"
          ${page.preview !== undefined && html`disabled`}
        >
          ${words.accept}
        </button>
      </form>`,
  })
}
