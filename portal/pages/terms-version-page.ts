import { html } from 'hono/html'
import type { TermsShown } from '../house.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { termsText } from './terms-text.ts'
import { fill } from '../text/fill.ts'

/** One text of one version, as it was shown to whoever accepted it, named by its hash. */
export function termsVersionPage(
  frame: Frame,
  terms: TermsShown,
  state: 'in-force' | 'former' | 'to-come',
): Html {
  const { terms: words, receipt } = textIn(frame.language)
  const { sha256 } = terms.text
  return layout(frame, {
    title: words.heading,
    main: html`<h1>${words.heading}</h1>
      ${
        state !== 'in-force' &&
        html`<p class="note">
          ${state === 'former' ? receipt.former : receipt.toCome}
          <a href="/guest/terms?lang=${frame.language}">${receipt.readCurrent}</a>
        </p>`
      }
      ${termsText(terms, frame.language)}
      <p class="soft">
        ${fill(receipt.fingerprint, { hash: html`<span class="hash">${sha256}</span>` })}<br />
        <a href="/guest/terms/${sha256}.md">${receipt.plainText}</a>
      </p>`,
  })
}
