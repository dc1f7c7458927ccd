import { html, raw } from 'hono/html'
import type { Look } from '../look.ts'
import { directionOf, textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import { contactLink } from './contact-link.ts'
import type { Html } from './html.ts'
import { languageChooser } from './language-chooser.ts'
import type { SamePage } from './language-chooser.ts'

/** What every page needs besides its own content. */
export interface Frame {
  readonly look: Look
  readonly language: Language
  /** How to ask for the same page again; null where it has no address. */
  readonly here: SamePage | null
}

export interface PageContent {
  readonly title: string
  readonly main: Html
  /** Asks again by itself, without script. */
  readonly refresh?: { readonly seconds: number; readonly url: string }
}

export function layout(frame: Frame, page: PageContent): Html {
  const { look, language, here } = frame
  const text = textIn(language)
  return html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        ${page.refresh && html`<meta http-equiv="refresh" content="${page.refresh.seconds};url=${page.refresh.url}" />`}
        <title>${page.title} – ${look.name}</title>
        ${look.logo && html`<link rel="icon" href="${look.logo.path}" />`} ${raw(look.style)}
      </head>
      <body>
        <a class="skip" href="#content">${text.skipToContent}</a>
        <header>
          <p class="brand">
            ${look.logo && html`<img src="${look.logo.path}" alt="" />`}<bdi>${look.name}</bdi>
          </p>
          ${here && languageChooser(language, here)}
        </header>
        <main id="content" tabindex="-1">${page.main}</main>
        <footer>
          ${look.contact !== '' && html`<p>${text.contactLabel} ${contactLink(look.contact)}</p>`}
          <p>
            <a href="/accessibility?lang=${language}">${text.accessibility[look.conformity]}</a>
          </p>
        </footer>
      </body>
    </html>`
}
