import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listChanges } from '#db/admin/changes.ts'
import { createRule, listRules } from '#db/admin/rules.ts'
import type { AdminRule, RuleWish } from '#db/admin/rules.ts'
import { code, domain, line } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { RULES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { endOfDay, historyTable, lastDay, networkOf, table, whereOf } from './pieces.ts'
import type { Cell } from './pieces.ts'
import { readPlace, writePlace } from '../api/admin/page.ts'
import { isPiece, sendPiece } from './piece.ts'
import { previewButton, previewOf, previewPlace } from './rule-preview.ts'
import { unreadable } from './settle.ts'

const ROWS = 50
const CHANGES = 20

/** `GET /admin/rules?q=…&after=…` */
export function rules(services: Services): Handler {
  return withRight(services, 'rules.read', (view) => sendRules(services, view, {}))
}

/** `POST /admin/rules`: adds one, or with `preview` says what is known of it before. */
export function addRule(services: Services): Handler {
  return withRight(services, 'rules.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const wish = readWish(form, text)
    if (form.has('preview')) {
      const preview =
        typeof wish === 'string'
          ? html`<p class="error">${unreadable(view, wish)}</p>`
          : await previewOf(services, view, wish)
      return isPiece(c) ? sendPiece(view, preview) : sendRules(services, view, { preview })
    }
    if (typeof wish === 'string') {
      return sendRules(services, view, { problem: unreadable(view, wish) })
    }
    const made = await createRule(sql, wish, doer)
    if (!made.ok) return sendRules(services, view, { problem: text.refusals[made.refusal] })
    return c.redirect(`${RULES_PATH}?saved`, 303)
  })
}

/** The names of the fields that cannot be read, or the wish. */
function readWish(form: URLSearchParams, { rules: words }: AdminView['text']): RuleWish | string {
  const field = (name: string): string => (form.get(name) ?? '').trim()
  const orNull = (name: string): string | null => (field(name) === '' ? null : field(name))
  const name = domain.safeParse(field('domain'))
  const until = endOfDay(field('until'))
  const note = line.nullable().safeParse(orNull('note'))
  const site = code.nullable().safeParse(orNull('site'))
  const association = code.nullable().safeParse(orNull('association'))
  const wrong = [
    ...(name.success ? [] : [words.domain]),
    ...(until === undefined ? [words.until] : []),
    ...(note.success ? [] : [words.note]),
    ...(site.success && association.success && !(site.data && association.data)
      ? []
      : [words.where]),
  ]
  if (!name.success || until === undefined || !note.success) return wrong.join(', ')
  if (!site.success || !association.success || wrong.length > 0) return wrong.join(', ')
  const network = field('network')
  return {
    action: field('action') === 'allow' ? 'allow' : 'block',
    domain: name.data,
    network: network === 'guest' || network === 'staff' ? network : null,
    ...{ site: site.data, association: association.data, until, note: note.data },
  }
}

async function sendRules(
  services: Services,
  view: AdminView,
  { problem = null, preview = null }: { problem?: string | null; preview?: Html | null },
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { rules: words } = text
  const asked = new URL(c.req.url).searchParams
  const q = (asked.get('q') ?? '').trim().slice(0, 100)
  const place = readPlace(asked.get('after') ?? '', [/^.{1,253}$/, /^\d{1,18}$/])
  const [domain = '', id = '0'] = place ?? []
  const after = place === null ? null : { domain, id }
  const filter = { q: q === '' ? null : q, site: null, association: null }
  const found = await listRules(sql, filter, { after, rows: ROWS + 1 })
  const shown = found.slice(0, ROWS)
  const last = shown.at(-1)
  const next = new URLSearchParams({
    q,
    after: last === undefined ? '' : writePlace([last.domain, last.id]),
  })
  const page = { before: null, rows: CHANGES }
  const changes = await listChanges(sql, { kind: 'rule', subject: null }, page)
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422, scripts: ['htmx'] },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      ${noteOf(asked, text)}
      <p class="lead">${words.lead}</p>
      <form method="get" action="${RULES_PATH}" role="search">
        <label for="q">${words.label}</label>
        <input id="q" name="q" type="search" value="${q}" maxlength="100" />
        <button>${text.search}</button>
      </form>
      ${
        shown.length > 0
          ? ruleTable(view, shown)
          : html`<p>${q === '' && place === null ? words.noRules : words.none}</p>`
      }
      ${place !== null && html`<p><a href="${RULES_PATH}">${text.first}</a></p>`}
      ${found.length > ROWS && html`<p><a href="${RULES_PATH}?${next.toString()}">${text.next}</a></p>`}
      ${rights.has('rules.write') && addForm(view, preview)}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${words.recent}</h2>
        ${historyTable(changes, { frame, text, mayUndo: () => rights.has('rules.write') })}
      </section>`,
  })
}

function noteOf(asked: URLSearchParams, text: AdminView['text']): Html {
  const said = asked.has('saved')
    ? text.rules.saved
    : asked.has('removed')
      ? text.rules.removed
      : asked.has('undone')
        ? text.changes.undone
        : null
  return html`${said !== null && html`<p class="note" role="status">${said}</p>`}`
}

/** The rule, what it does, for whom, where, until when: five cells. */
export function ruleCells(rule: AdminRule, text: AdminView['text']): readonly Cell[] {
  return [
    html`<a href="${RULES_PATH}/${rule.id}"><bdi>${rule.domain}</bdi></a>`,
    text.rules[rule.action],
    networkOf(rule.network, text),
    whereOf(rule, text),
    lastDay(rule.until),
  ]
}

function ruleTable({ text }: AdminView, shown: readonly AdminRule[]): Html {
  const { rules: words } = text
  const rows = shown.map((rule) => [
    ...ruleCells(rule, text),
    (rule.note !== null || rule.declared) &&
      html`<bdi>${rule.note}</bdi>
        ${rule.declared && html`<span class="tag">${text.byFile}</span>`}`,
  ])
  const heads = [words.domain, words.action, words.network, words.where, words.until, words.note]
  return table(words.title, heads, rows)
}

function addForm(view: AdminView, preview: Html | null): Html {
  const { c, frame, text } = view
  const { rules: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  const option = (field: string, value: string, label: string): Html =>
    html`<option value="${value}" ${given(field) === value && html`selected`}>${label}</option>`
  return html`<section class="card" aria-labelledby="add">
    <h2 id="add">${words.add}</h2>
    <form method="post" action="${RULES_PATH}">
      ${tokenField(frame)}
      <label for="domain">${words.domain}</label>
      <input
        id="domain"
        name="domain"
        value="${given('domain')}"
        required
        maxlength="253"
        autocapitalize="none"
        spellcheck="false"
      />
      <label for="action">${words.action}</label>
      <select id="action" name="action">
        ${option('action', 'block', words.block)} ${option('action', 'allow', words.allow)}
      </select>
      <label for="network">${words.network}</label>
      <select id="network" name="network">
        ${option('network', '', text.both)} ${option('network', 'guest', text.guest)}
        ${option('network', 'staff', text.staff)}
      </select>
      <label for="association">${words.association}</label>
      <input id="association" name="association" value="${given('association')}" maxlength="64" />
      <label for="site">${words.site}</label>
      <input id="site" name="site" value="${given('site')}" maxlength="64" />
      <label for="until">${words.until}</label>
      <input id="until" name="until" type="date" value="${given('until')}" />
      <label for="note">${words.note}</label>
      <input id="note" name="note" value="${given('note')}" maxlength="200" />
      <label for="reason">${text.reason}</label>
      <input id="reason" name="reason" value="${given('reason')}" maxlength="500" />
      <p class="buttons">
        <button>${words.addButton}</button> ${previewButton(view, RULES_PATH, 'add')}
      </p>
    </form>
    ${previewPlace(preview)}
  </section>`
}
