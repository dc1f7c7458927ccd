import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listChanges } from '#db/admin/changes.ts'
import { changeTerms, removeTerms } from '#db/admin/term-changes.ts'
import type { TermsChange } from '#db/admin/term-changes.ts'
import { findTerms, findTermsInForce } from '#db/admin/terms.ts'
import type { WholeTerms } from '#db/admin/terms.ts'
import { day, languageCode, markdown } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { nameOfLanguage } from '../text/date.ts'
import { LANGUAGES } from '../text/language.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { TERMS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { choice, etagOf, field, reasonField } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { dayOf, historyTable, savedNote, table } from './pieces.ts'
import { settle, unreadable } from './settle.ts'

const CHANGES = 20
const HOUSE = { association: null, site: null }

/** `GET /admin/terms/VERSION`: its texts, its day, and who changed what. */
export function termsVersion(services: Services): Handler {
  return withRight(services, 'terms.read', (view) => sendVersion(services, view, null))
}

/** `POST /admin/terms/VERSION`: another day, one language more, or the whole draft away. */
export function editTerms(services: Services): Handler {
  return withRight(services, 'terms.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const version = c.req.param('version') ?? ''
    const etag = etagOf(form)
    const again = (problem: string) => sendVersion(services, view, problem)
    if (form.get('do') === 'remove') {
      const gone = await removeTerms(sql, version, etag, doer)
      return settle(view, gone, `${TERMS_PATH}?removed`, again)
    }
    const wish = readChange(form)
    if (wish === null) {
      const what = form.has('effective') ? text.terms.effective : text.terms.text
      return again(unreadable(view, what))
    }
    const changed = await changeTerms(sql, version, etag, wish, doer)
    return settle(view, changed, `${TERMS_PATH}/${version}?saved`, again)
  })
}

/** Another day, or a text in one more language; null where it cannot be read. */
function readChange(form: URLSearchParams): TermsChange | null {
  if (form.has('effective')) {
    const effective = day.safeParse((form.get('effective') ?? '').trim())
    return effective.success ? { effective: effective.data, texts: {} } : null
  }
  const language = languageCode.safeParse(form.get('language') ?? '')
  const text = markdown.safeParse(form.get('markdown') ?? '')
  return language.success && text.success ? { texts: { [language.data]: text.data } } : null
}

async function sendVersion(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { terms: words } = text
  const found = await findTerms(sql, c.req.param('version') ?? '')
  if (found === null) return sendNothing(services, view)
  const inForce = found.state === 'to-come' ? await findTermsInForce(sql) : null
  const mayWrite = found.state === 'to-come' && rights.can('terms.write', HOUSE)
  const subject = `terms ${found.version}`
  const page = { before: null, rows: CHANGES }
  const changes = await listChanges(sql, { kind: 'terms', subject }, page)
  const missing = LANGUAGES.filter((language) => found.texts[language] === undefined)
  return sendAdminPage(c, services, {
    ...{ frame, title: found.version, status: problem === null ? 200 : 422 },
    main: html`<h1>${fill(words.oneVersion, { version: found.version })}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">
        ${words.states[found.state]} ·
        ${fill(words.since[found.state], { day: dayOf(found.effective, frame.language) })} ·
        ${fill(words.acceptedBy, { count: found.accepted.toLocaleString(frame.language) })}
      </p>
      ${found.declared && html`<p class="note">${found.state === 'to-come' ? text.byFileWarning : text.byFile}</p>`}
      ${found.state !== 'to-come' && html`<p class="note">${words.immutable}</p>`}
      <section class="card" aria-labelledby="texts">
        <h2 id="texts">${words.texts}</h2>
        ${textTable(view, found, inForce)}
      </section>
      ${goneTexts(view, found, inForce)}
      ${mayWrite && missing.length > 0 && addText(view, found, missing)}
      ${mayWrite && otherForms(view, found)}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, { frame, text, mayUndo: () => mayWrite })}
      </section>`,
  })
}

/** Each language with what is another than in the version in force. */
function textTable(
  { text: { terms: words }, frame }: AdminView,
  { version, texts }: WholeTerms,
  inForce: WholeTerms | null,
): Html {
  const stateOf = (language: string): string => {
    if (inForce === null) return ''
    const before = inForce.texts[language]
    if (before === undefined) return words.textStates.new
    return words.textStates[before === texts[language] ? 'same' : 'changed']
  }
  const rows = Object.keys(texts).map((language) => {
    const name = nameOfLanguage(language, frame.language)
    return [
      html`<a href="${TERMS_PATH}/${version}/${language}">${name}</a>`,
      ...(inForce === null ? [] : [stateOf(language)]),
      html`<a href="${TERMS_PATH}/${version}/${language}/preview"
        >${fill(words.preview, { language: name })}</a
      >`,
    ]
  })
  const heads = [words.language, ...(inForce === null ? [] : [words.compared]), words.page]
  return table(words.texts, heads, rows)
}

/** Languages that the version in force has and this one will not. */
function goneTexts(
  { text: { terms: words }, frame }: AdminView,
  found: WholeTerms,
  inForce: WholeTerms | null,
): Html {
  const gone = Object.keys(inForce?.texts ?? {}).filter((name) => found.texts[name] === undefined)
  if (gone.length === 0) return html``
  const languages = gone.map((one) => nameOfLanguage(one, frame.language)).join(', ')
  return html`<p class="note">${fill(words.gone, { languages })}</p>`
}

function addText(view: AdminView, { version, etag }: WholeTerms, missing: readonly string[]): Html {
  const { text, frame, c } = view
  const { terms: words } = text
  const options = missing.map((one) => [one, nameOfLanguage(one, frame.language)] as const)
  const form = c.get('staffForm')
  const isAdded = missing.includes(form?.get('language') ?? '')
  return html`<section class="card" aria-labelledby="add">
    <h2 id="add">${words.add}</h2>
    <form method="post" action="${TERMS_PATH}/${version}">
      ${tokenField(frame)}<input type="hidden" name="etag" value="${etag}" />
      ${choice({ name: 'language', label: words.language, value: form?.get('language') ?? '' }, options)}
      <label for="added">${words.text}</label>
      <textarea id="added" name="markdown" rows="8" dir="auto">
${isAdded ? (form?.get('markdown') ?? '') : ''}</textarea>
      ${reasonField(view, { required: false, id: 'add-reason' })}
      <button>${words.addButton}</button>
    </form>
  </section>`
}

function otherForms(view: AdminView, { version, etag, effective }: WholeTerms): Html {
  const { text, frame } = view
  const { terms: words } = text
  const hidden = html`${tokenField(frame)}<input type="hidden" name="etag" value="${etag}" />`
  return html`<section class="card" aria-labelledby="day">
      <h2 id="day">${words.otherDay}</h2>
      <form method="post" action="${TERMS_PATH}/${version}">
        ${hidden}
        ${field({
          ...{ name: 'effective', label: words.effective, type: 'date', value: effective },
          ...{ required: true, help: words.effectiveHelp },
        })}
        ${reasonField(view, { required: false, id: 'day-reason' })}
        <button>${words.save}</button>
      </form>
    </section>
    <section class="card" aria-labelledby="remove">
      <h2 id="remove">${words.remove}</h2>
      <p>${words.removeLead}</p>
      <form method="post" action="${TERMS_PATH}/${version}">
        ${hidden} ${reasonField(view, { required: false, id: 'remove-reason' })}
        <button name="do" value="remove" class="quiet">${words.remove}</button>
      </form>
    </section>`
}
