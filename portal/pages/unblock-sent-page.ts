import { html } from 'hono/html'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { onlineIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

export function unblockSentPage(frame: Frame, { enough }: { readonly enough: boolean }): Html {
  const { blocked: words } = textIn(frame.language)
  return layout(frame, {
    title: words.sentTitle,
    main: html`<p class="mark">${onlineIcon}</p>
      <h1>${words.sentTitle}</h1>
      <p class="lead">${enough ? words.enough : words.sent}</p>
      <p>${words.afterwards}</p>`,
  })
}
