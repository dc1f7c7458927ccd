import { html } from 'hono/html'
import type { TermsShown } from '../house.ts'
import { formatDay, nameOfLanguage } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { directionOf, textIn } from '../text/language.ts'
import type { Language } from '../text/language.ts'
import type { Html } from './html.ts'

/** The terms themselves, in their own language even where the page speaks another. */
export function termsText(terms: TermsShown, language: Language): Html {
  return html`<section class="card" id="terms">${termsBody(terms, language)}</section>`
}

export function termsBody(terms: TermsShown, language: Language): Html {
  const { terms: words } = textIn(language)
  const date = formatDay(terms.effective, language, 'UTC')
  const { language: its } = terms.text
  return html`${!terms.rendered.titled && html`<h2>${words.heading}</h2>`} ${onlyIn(its, language)}
    <div lang="${its}" dir="${directionOf(its)}">${terms.rendered.html}</div>
    <p class="soft">${fill(words.version, { version: terms.version, date })}</p>`
}

/** By what the proof of an acceptance names the text, and where that very text can be read. */
export function textProof(sha256: string, language: Language): Html {
  const { receipt: words } = textIn(language)
  return html`<p class="soft">
    ${fill(words.fingerprint, { hash: html`<span class="hash">${sha256}</span>` })}<br />
    <a href="/guest/terms/${sha256}?lang=${language}">${words.readText}</a>
  </p>`
}

/** Says that the text below is not in the reader's language; nothing where it is. */
export function onlyIn(its: string, language: Language): Html | null {
  if (its === language) return null
  const words = { language: nameOfLanguage(its, language) }
  return html`<p class="note">${fill(textIn(language).onlyIn, words)}</p>`
}
