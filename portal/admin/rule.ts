import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listChanges } from '#db/admin/changes.ts'
import { changeRule, findRule, removeRule, ruleSubject } from '#db/admin/rules.ts'
import type { AdminRule } from '#db/admin/rules.ts'
import { findSite } from '#db/admin/sites.ts'
import { line } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { RULES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { etagOf } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { endOfDay, historyTable, lastDay, networkOf, whereOf } from './pieces.ts'
import { settle, unreadable } from './settle.ts'

const DIGITS = /^\d{1,18}$/
const CHANGES = 20

/** `GET /admin/rules/ID` */
export function rule(services: Services): Handler {
  return withRight(services, 'rules.read', (view) => sendRule(services, view, null))
}

/** `POST /admin/rules/ID`: changes it, or with `remove` takes it away. */
export function editRule(services: Services): Handler {
  return withRight(services, 'rules.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const id = c.req.param('id') ?? ''
    if (!DIGITS.test(id)) return sendNothing(services, view)
    const etag = etagOf(form)
    const again = (problem: string) => sendRule(services, view, problem)
    if (form.has('remove')) {
      return settle(view, await removeRule(sql, id, etag, doer), `${RULES_PATH}?removed`, again)
    }
    const note = line.nullable().safeParse((form.get('note') ?? '').trim() || null)
    const until = endOfDay(form.get('until') ?? '')
    if (!note.success || until === undefined) {
      const what = note.success ? text.rules.until : text.rules.note
      return again(unreadable(view, what))
    }
    const action = form.get('action') === 'allow' ? 'allow' : 'block'
    const changed = await changeRule(sql, id, etag, { action, until, note: note.data }, doer)
    return settle(view, changed, `${RULES_PATH}?saved`, again)
  })
}

async function sendRule(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const id = c.req.param('id') ?? ''
  const found = DIGITS.test(id) ? await findRule(sql, id) : null
  if (found === null) return sendNothing(services, view)
  const site = found.site === null ? null : await findSite(sql, found.site)
  const association = found.association ?? site?.association ?? null
  const mayWrite = rights.can('rules.write', { association, site: found.site })
  const subject = ruleSubject(found)
  const changes = await listChanges(sql, { kind: 'rule', subject }, { before: null, rows: CHANGES })
  return sendAdminPage(c, services, {
    ...{ frame, title: found.domain, status: problem === null ? 200 : 422 },
    main: html`<h1><bdi>${found.domain}</bdi></h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      <p class="lead">
        ${text.rules[found.action]} · ${networkOf(found.network, text)} · ${whereOf(found, text)}
      </p>
      ${mayWrite ? forms(view, found) : html`<p class="note">${text.rules.readOnly}</p>`}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, { frame, text, mayUndo: () => mayWrite })}
      </section>`,
  })
}

function forms({ frame, text }: AdminView, found: AdminRule): Html {
  const { rules: words } = text
  const option = (value: AdminRule['action']): Html =>
    html`<option value="${value}" ${found.action === value && html`selected`}>
      ${words[value]}
    </option>`
  const hidden = html`${tokenField(frame)}<input type="hidden" name="etag" value="${found.etag}" />`
  return html`<section class="card" aria-labelledby="edit">
      <h2 id="edit">${words.edit}</h2>
      ${found.declared && html`<p class="note">${text.byFileWarning}</p>`}
      <form method="post" action="${RULES_PATH}/${found.id}">
        ${hidden}
        <label for="action">${words.action}</label>
        <select id="action" name="action">
          ${option('block')} ${option('allow')}
        </select>
        <label for="until">${words.until}</label>
        <input id="until" name="until" type="date" value="${lastDay(found.until)}" />
        <label for="note">${words.note}</label>
        <input id="note" name="note" value="${found.note ?? ''}" maxlength="200" />
        <label for="reason">${text.reason}</label>
        <input id="reason" name="reason" maxlength="500" />
        <button>${words.save}</button>
      </form>
    </section>
    <section class="card" aria-labelledby="remove">
      <h2 id="remove">${words.remove}</h2>
      <p>${words.removeLead}</p>
      <form method="post" action="${RULES_PATH}/${found.id}">
        ${hidden}<input type="hidden" name="remove" value="yes" />
        <label for="remove-reason">${text.reason}</label>
        <input id="remove-reason" name="reason" maxlength="500" />
        <button class="quiet">${words.remove}</button>
      </form>
    </section>`
}
