import type { GuestPlace } from '#db/guest-places.ts'
import { html, raw } from 'hono/html'
import { fill } from '../text/fill.ts'
import { directionOf, textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import type { Html } from './html.ts'
import type { Frame } from './layout.ts'
import { plainLink } from './plain-link.ts'
import { qrPicture } from './qr-picture.ts'

export interface PosterPage {
  readonly place: GuestPlace
  readonly languages: readonly [Language, ...Language[]]
  /** Of the code, dark ones true, with the quiet zone around them. */
  readonly modules: readonly (readonly boolean[])[]
}

/** A sheet for the wall: how to join, and what is recorded, for those who read before they connect. */
export function posterPage({ look }: Frame, page: PosterPage): Html {
  const { place } = page
  const [first, ...others] = page.languages
  return html`<!doctype html>
    <html lang="${first}" dir="${directionOf(first)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${textIn(first).poster.title} – ${place.name}</title>
        ${raw(look.posterStyle)}
      </head>
      <body>
        <header>
          <p>${look.logo && html`<img src="${look.logo.path}" alt="" />`}<bdi>${look.name}</bdi></p>
          <p><bdi>${place.name}</bdi></p>
        </header>
        <main>
          <div class="first">
            ${qrPicture(page.modules)}
            <div>
              <h1>${textIn(first).poster.title}</h1>
              ${place.ssid !== null && html`<p class="network"><bdi>${place.ssid}</bdi></p>`}
              ${steps(first, place)}
            </div>
          </div>
          ${others.map(
            (language) =>
              html`<section lang="${language}" dir="${directionOf(language)}">
                <h2>${textIn(language).poster.title}</h2>
                ${steps(language, place)}
              </section>`,
          )}
        </main>
      </body>
    </html>`
}

function steps(language: Language, { ssid }: GuestPlace): Html {
  const { help, poster, terms } = textIn(language)
  return html`<p>
      ${ssid === null ? help.join : fill(poster.scan, { network: ssid })} ${help.appears}
    </p>
    <p>${fill(poster.noPage, { address: plainLink })}</p>
    <p class="soft">${terms.log} ${terms.filter}</p>`
}
