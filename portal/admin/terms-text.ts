import type { Handler } from 'hono'
import { html } from 'hono/html'
import { changeTerms } from '#db/admin/term-changes.ts'
import { findTerms, findTermsInForce } from '#db/admin/terms.ts'
import type { WholeTerms } from '#db/admin/terms.ts'
import { markdown } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { nameOfLanguage } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { directionOf } from '../text/language.ts'
import { sendAdminPage } from './admin-page.ts'
import { TERMS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { etagOf, reasonField } from './fields.ts'
import { lineDiff } from './line-diff.ts'
import { sendNothing } from './nothing-there.ts'
import { savedNote } from './pieces.ts'
import { settle, unreadable } from './settle.ts'

const HOUSE = { association: null, site: null }

/** `GET /admin/terms/VERSION/LANGUAGE`: the text, beside the one in force. */
export function termsText(services: Services): Handler {
  return withRight(services, 'terms.read', (view) => sendText(services, view, null))
}

/** `POST /admin/terms/VERSION/LANGUAGE`: another text, or none in this language. */
export function editTermsText(services: Services): Handler {
  return withRight(services, 'terms.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const version = c.req.param('version') ?? ''
    const language = c.req.param('language') ?? ''
    const found = await findTerms(sql, version)
    if (found?.texts[language] === undefined) return sendNothing(services, view)
    const etag = etagOf(form)
    const again = (problem: string) => sendText(services, view, problem)
    const isTakenOut = form.get('do') === 'take-out'
    const written = markdown.safeParse(form.get('markdown') ?? '')
    if (!isTakenOut && !written.success) {
      return again(unreadable(view, text.terms.text))
    }
    const texts = { [language]: isTakenOut ? null : (written.data ?? null) }
    const changed = await changeTerms(sql, version, etag, { texts }, doer)
    const back = `${TERMS_PATH}/${version}`
    return settle(view, changed, `${isTakenOut ? back : `${back}/${language}`}?saved`, again)
  })
}

async function sendText(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { terms: words } = text
  const language = c.req.param('language') ?? ''
  const found = await findTerms(sql, c.req.param('version') ?? '')
  const written = found?.texts[language]
  if (found === null || written === undefined) return sendNothing(services, view)
  const { version } = found
  const inForce = found.state === 'to-come' ? await findTermsInForce(sql) : null
  const mayWrite = found.state === 'to-come' && rights.can('terms.write', HOUSE)
  const name = nameOfLanguage(language, frame.language)
  return sendAdminPage(c, services, {
    ...{ frame, title: `${version}, ${name}`, status: problem === null ? 200 : 422 },
    main: html`<h1>${fill(words.oneText, { version, language: name })}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">
        <a href="${TERMS_PATH}/${version}">${fill(words.oneVersion, { version })}</a> ·
        <a href="${TERMS_PATH}/${version}/${language}/preview"
          >${fill(words.preview, { language: name })}</a
        >
      </p>
      ${
        mayWrite
          ? textForm(view, found, { language, written })
          : html`<pre
              class="source card"
              lang="${language}"
              dir="${directionOf(language)}"
              tabindex="0"
            >
${written}</pre>`
      }
      ${inForce !== null && difference(view, { before: inForce.texts[language], after: written, inForce })}`,
  })
}

function textForm(
  view: AdminView,
  { version, etag, languages, declared }: WholeTerms,
  { language, written }: { readonly language: string; readonly written: string },
): Html {
  const { text, frame, c } = view
  const { terms: words } = text
  const value = c.get('staffForm')?.get('markdown') ?? written
  return html`<section class="card" aria-labelledby="edit">
    <h2 id="edit">${words.edit}</h2>
    ${declared && html`<p class="note">${text.byFileWarning}</p>`}
    <form method="post" action="${TERMS_PATH}/${version}/${language}">
      ${tokenField(frame)}<input type="hidden" name="etag" value="${etag}" />
      <label for="markdown">${words.text}</label>
      <textarea
        id="markdown"
        name="markdown"
        rows="20"
        lang="${language}"
        dir="${directionOf(language)}"
        aria-describedby="markdown-help"
      >
${value}</textarea>
      <p class="soft help" id="markdown-help">${words.textHelp}</p>
      ${reasonField(view, { required: false })}
      <p class="buttons">
        <button name="do" value="save">${words.save}</button>
        ${languages.length > 1 && html`<button name="do" value="take-out" class="quiet">${words.takeOut}</button>`}
      </p>
    </form>
  </section>`
}

/** What is another than in the terms in force, line by line. */
function difference(
  { text: { terms: words } }: Pick<AdminView, 'text'>,
  {
    before,
    after,
    inForce,
  }: {
    readonly before: string | undefined
    readonly after: string
    readonly inForce: WholeTerms
  },
): Html {
  if (before === undefined) return html`<p class="note">${words.newLanguage}</p>`
  if (before === after) {
    return html`<p class="note">${fill(words.sameText, { version: inForce.version })}</p>`
  }
  const marked = { ' ': '', '-': '− ', '+': '+ ' } as const
  const lines = lineDiff(before, after).map(({ sign, line }) => {
    const said = html`${marked[sign]}<bdi>${line}</bdi>`
    if (sign === ' ') return html`<p>${said}</p>`
    return sign === '-' ? html`<p><del>${said}</del></p>` : html`<p><ins>${said}</ins></p>`
  })
  return html`<section class="card" aria-labelledby="difference">
    <h2 id="difference">${fill(words.difference, { version: inForce.version })}</h2>
    <div class="source">${lines}</div>
  </section>`
}
