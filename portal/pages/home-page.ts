import { html } from 'hono/html'
import { fill } from '../text/fill.ts'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

export function homePage(frame: Frame): Html {
  const { language, look } = frame
  const { home: words } = textIn(language)
  return layout(frame, {
    title: words.title,
    main: html`<h1>${words.title}</h1>
      <p class="lead">${fill(words.lead, { organisation: look.name })}</p>
      <section class="card" aria-labelledby="here">
        <h2 id="here">${words.visitors}</h2>
        <p>${words.visitorsText}</p>
        <p><a href="/guest?lang=${language}">${words.helpLink}</a></p>
      </section>
      <section class="card" aria-labelledby="rules">
        <h2 id="rules">${words.rules}</h2>
        <p><a href="/guest/terms?lang=${language}">${words.termsLink}</a></p>
      </section>`,
  })
}
