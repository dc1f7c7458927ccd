import { html } from 'hono/html'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { plainLink } from './plain-link.ts'

/** `/guest` without a gateway's parameters: a bookmark, a poster, a poor redirect. */
export function helpPage(frame: Frame): Html {
  const { help: words } = textIn(frame.language)
  return layout(frame, {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <section class="card" aria-labelledby="how">
        <h2 id="how">${words.howTo}</h2>
        <ol>
          <li>${words.join}</li>
          <li>${words.open} ${plainLink}</li>
          <li>${words.appears}</li>
        </ol>
      </section>`,
  })
}
