import { html } from 'hono/html'
import type { RefusalReason } from '../refusal.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { stopIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { plainLink } from './plain-link.ts'
import { refusalWords } from './refusal-words.ts'

/** Why it did not work, in plain words, and what the person can do about it. */
export function refusalPage(frame: Frame, reason: RefusalReason): Html {
  const text = textIn(frame.language)
  const { refusal: words } = text
  const { title, why } = refusalWords(text, reason)
  return layout(frame, {
    title,
    main: html`<p class="mark">${stopIcon}</p>
      <h1>${title}</h1>
      <p class="lead">${why}</p>
      <section class="card" aria-labelledby="how">
        <h2 id="how">${words.howTo}</h2>
        <ol>
          ${
            reason === 'too-many'
              ? html`<li>${words.wait}</li>`
              : html`<li>${words.close}</li>
                  <li>${words.rejoin}</li>
                  <li>${words.open} ${plainLink}</li>`
          }
        </ol>
        <p>${words.tell} <bdi class="code">${reason}</bdi></p>
      </section>`,
  })
}
