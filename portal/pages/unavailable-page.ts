import { html } from 'hono/html'
import { LIMITS } from '../limits.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { waitIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

/** The database is away: the sealed action keeps what the person did, the page asks again by itself. */
export function unavailablePage(frame: Frame, action: string): Html {
  const { unavailable: words } = textIn(frame.language)
  return layout(frame, {
    title: words.title,
    refresh: { seconds: LIMITS.retrySeconds, url: action },
    main: html`<p class="mark">${waitIcon}</p>
      <h1>${words.title}</h1>
      <p class="lead">${words.why}</p>
      <p>${words.auto}</p>
      <form method="post" action="${action}">
        <button type="submit" name="accept" value="yes">${words.retry}</button>
      </form>`,
  })
}
