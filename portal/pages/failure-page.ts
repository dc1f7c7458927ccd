import { html } from 'hono/html'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { stopIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

export function failurePage(frame: Frame): Html {
  const { failure: words } = textIn(frame.language)
  return layout(frame, {
    title: words.title,
    main: html`<p class="mark">${stopIcon}</p>
      <h1>${words.title}</h1>
      <p class="lead">${words.why}</p>`,
  })
}
