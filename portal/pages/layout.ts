import { html, raw } from 'hono/html'
import type { Look } from '../look.ts'
import { LANGUAGES, textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import type { Html } from './html.ts'

/** What every page needs besides its own content. */
export interface Frame {
  readonly look: Look
  readonly language: Language
  /** The same page in another language; null where there is no such address. */
  readonly inLanguage: ((language: Language) => string) | null
}

export interface PageContent {
  readonly title: string
  readonly main: Html
  /** Asks again by itself, without script. */
  readonly refresh?: { readonly seconds: number; readonly url: string }
}

export function layout(frame: Frame, page: PageContent): Html {
  const { look, language } = frame
  const text = textIn(language)
  return html`<!doctype html>
    <html lang="${language}">
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
            ${look.logo && html`<img src="${look.logo.path}" alt="" />`}<span>${look.name}</span>
          </p>
          ${languageLinks(frame)}
        </header>
        <main id="content" tabindex="-1">${page.main}</main>
        <footer>${contactLine(look.contact, text.contactLabel)}</footer>
      </body>
    </html>`
}

/** Only the languages to change to: the page itself shows which one it speaks. */
function languageLinks({ language, inLanguage }: Frame): Html | null {
  if (inLanguage === null) return null
  return html`<nav aria-label="${textIn(language).chooseLanguage}">
    <ul class="langs">
      ${LANGUAGES.filter((other) => other !== language).map(
        (other) =>
          html`<li>
            <a href="${inLanguage(other)}" lang="${other}" hreflang="${other}"
              >${textIn(other).languageName}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}

function contactLine(contact: string, label: string): Html | null {
  return contact === '' ? null : html`<p>${label} ${contactLink(contact)}</p>`
}

/** An e-mail address or a telephone number as a link, anything else as it is. */
function contactLink(contact: string): Html {
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(contact)) return html`<a href="mailto:${contact}">${contact}</a>`
  if (/^\+?[\d .-]{4,}$/.test(contact))
    return html`<a href="tel:${contact.replaceAll(/[ .-]/g, '')}">${contact}</a>`
  return html`${contact}`
}
