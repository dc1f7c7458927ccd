import { html } from 'hono/html'
import type { TermsShown } from '../house.ts'
import { formatDay } from '../text/date.ts'
import { textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import type { Html } from './html.ts'

/** The terms themselves, in their own language even where the page speaks another. */
export function termsText(terms: TermsShown, language: Language): Html {
  const text = textIn(language).terms
  const version = text.version(terms.version, formatDay(terms.effective, language, 'UTC'))
  return html`<section class="card" id="terms">
    ${!terms.rendered.titled && html`<h2>${text.heading}</h2>`}
    <div lang="${terms.text.language}">${terms.rendered.html}</div>
    <p class="soft">${version}</p>
  </section>`
}
