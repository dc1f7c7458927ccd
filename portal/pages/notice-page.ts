import { html } from 'hono/html'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { fullNotice } from './notice.ts'

/** Everything about the record and the filter. `back`: a captive browser may have no such button. */
export function noticePage(
  frame: Frame,
  page: { readonly legalBasis: string | null; readonly back: string },
): Html {
  const text = textIn(frame.language)
  const { notice: words } = text
  const back = html`<p><a href="${page.back}">${words.back}</a></p>`
  return layout(frame, {
    title: words.heading,
    main: html`<h1>${words.heading}</h1>
      ${back} ${fullNotice(frame.look, text, page.legalBasis)} ${back}`,
  })
}
