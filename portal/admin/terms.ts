import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listChanges } from '#db/admin/changes.ts'
import { createTerms } from '#db/admin/term-changes.ts'
import { findTermsInForce, listTerms } from '#db/admin/terms.ts'
import type { AdminTerms } from '#db/admin/terms.ts'
import { readPlace, writePlace } from '../api/admin/page.ts'
import { code, day } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { nameOfLanguage } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { TERMS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, field, reasonField } from './fields.ts'
import { dayOf, historyTable, pageLinks, savedNote, table } from './pieces.ts'
import { unreadable } from './settle.ts'

const ROWS = 25
const CHANGES = 20
const HOUSE = { association: null, site: null }

/** `GET /admin/terms`: every version, which one counts, and how many accepted each. */
export function terms(services: Services): Handler {
  return withRight(services, 'terms.read', (view) => sendTerms(services, view, null))
}

/** `POST /admin/terms`: a new version, which begins as a copy of the one in force. */
export function draftTerms(services: Services): Handler {
  return withRight(services, 'terms.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const version = code.safeParse((form.get('version') ?? '').trim())
    const effective = day.safeParse((form.get('effective') ?? '').trim())
    if (!version.success || !effective.success) {
      const what = version.success ? text.terms.effective : text.terms.version
      return sendTerms(services, view, unreadable(view, what))
    }
    const present = await findTermsInForce(sql)
    const texts = present?.texts ?? { fr: text.terms.firstText }
    const wish = { version: version.data, effective: effective.data, texts }
    const made = await createTerms(sql, wish, doer)
    if (!made.ok) return sendTerms(services, view, text.refusals[made.refusal])
    return c.redirect(`${TERMS_PATH}/${made.value.version}?saved`, 303)
  })
}

async function sendTerms(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { sql, frame, text, rights, c } = view
  const { terms: words } = text
  const place = readPlace(askedFor(view, 'after', 200), [/^\d{4,}-\d{2}-\d{2}$/, /^.{1,64}$/])
  const [effective = '', version = ''] = place ?? []
  const after = place === null ? null : { effective, version }
  const found = await listTerms(sql, { after, rows: ROWS + 1 })
  const shown = found.slice(0, ROWS)
  const last = shown.at(-1)
  const next =
    found.length > ROWS && last !== undefined
      ? { after: writePlace([last.effective, last.version]) }
      : null
  const filter = { kind: 'terms', subject: null } as const
  const changes = await listChanges(sql, filter, { before: null, rows: CHANGES })
  const mayWrite = rights.can('terms.write', HOUSE)
  // What people have accepted stays: the database would refuse.
  const kept = new Set(
    found.filter(({ state }) => state !== 'to-come').map((one) => `terms ${one.version}`),
  )
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422 },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">${words.lead}</p>
      ${shown.length === 0 ? html`<p>${words.none}</p>` : versionTable(view, shown)}
      ${pageLinks(text, TERMS_PATH, { isFirst: place === null, next })}
      ${mayWrite && draftForm(view)}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, { frame, text, mayUndo: (line) => mayWrite && !kept.has(line.subject) })}
      </section>`,
  })
}

function versionTable({ text, frame }: AdminView, shown: readonly AdminTerms[]): Html {
  const { terms: words } = text
  const rows = shown.map(({ version, effective, state, languages, accepted, declared }) => [
    html`<a href="${TERMS_PATH}/${version}"><bdi>${version}</bdi></a>`,
    dayOf(effective, frame.language),
    html`${words.states[state]} ${declared && html`<span class="tag">${text.byFile}</span>`}`,
    languages.map((one) => nameOfLanguage(one, frame.language)).join(', '),
    accepted.toLocaleString(frame.language),
  ])
  const heads = [words.version, words.from, words.state, words.languages, words.accepted]
  return table(words.title, heads, rows)
}

function draftForm(view: AdminView): Html {
  const { c, frame, text } = view
  const { terms: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  return html`<section class="card" aria-labelledby="draft">
    <h2 id="draft">${words.draft}</h2>
    <p class="soft">${fill(words.draftLead, {})}</p>
    <form method="post" action="${TERMS_PATH}">
      ${tokenField(frame)}
      ${field({
        ...{ name: 'version', label: words.versionField, value: given('version'), required: true },
        ...{ maxlength: 64, isCode: true },
      })}
      ${field({
        ...{ name: 'effective', label: words.effective, type: 'date', value: given('effective') },
        ...{ required: true, help: words.effectiveHelp },
      })}
      ${reasonField(view, { required: false })}
      <button>${words.draftButton}</button>
    </form>
  </section>`
}
