import { html } from 'hono/html'
import type { TermsShown } from '../house.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { shortNotice } from './notice.ts'
import { termsText, textProof } from './terms-text.ts'

/** The terms and the notice for reading again, from anywhere, without a device and without a form. */
export function readTermsPage(frame: Frame, terms: TermsShown | null): Html {
  const text = textIn(frame.language)
  return layout(frame, {
    title: text.terms.readTitle,
    main: html`<h1>${text.terms.readTitle}</h1>
      ${terms === null ? html`<p class="note">${text.terms.noneYet}</p>` : html`${termsText(terms, frame.language)} ${textProof(terms.text.sha256, frame.language)}`}
      ${shortNotice(frame.look, text, `/guest/notice?lang=${frame.language}`)}`,
  })
}
