import { html } from 'hono/html'
import { LIMITS } from '../limits.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { waitIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

/** The terms are accepted, the gateway has not opened yet: this page looks again by itself. */
export function openingPage(frame: Frame, url: string): Html {
  const { opening: words } = textIn(frame.language)
  return layout(
    { ...frame, here: null },
    {
      title: words.title,
      refresh: { seconds: LIMITS.openingSeconds, url },
      main: html`<p class="mark">${waitIcon}</p>
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <p><a href="${url}">${words.again}</a></p>`,
    },
  )
}
