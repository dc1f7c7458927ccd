import { html } from 'hono/html'
import { LANGUAGES, textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import type { Html } from './html.ts'
import { globeIcon } from './icons.ts'

/** A page's own address, in the two pieces that a form has. */
export interface SamePage {
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
}

/**
 * Every language by its own name. A form and not links: the sealed ticket in the address, longer than
 * all the names together, is on the page once, and neither script nor a cookie is needed.
 */
export function languageChooser(language: Language, { path, query }: SamePage): Html {
  const text = textIn(language)
  return html`<form class="langs" method="get" action="${path}">
    ${query.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <details>
      <summary>
        ${globeIcon}<span class="unseen">${text.chooseLanguage} </span>${text.languageName}
      </summary>
      <div>
        ${LANGUAGES.filter((other) => other !== language).map(
          (other) =>
            html`<button name="lang" value="${other}" lang="${other}">
              ${textIn(other).languageName}
            </button>`,
        )}
      </div>
    </details>
  </form>`
}
