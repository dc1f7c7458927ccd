import type { Handler } from 'hono'
import { html } from 'hono/html'
import { recordLine } from '#db/admin/audit-lines.ts'
import { listChanges } from '#db/admin/changes.ts'
import { findGivenRole, roleHolders } from '#db/admin/given-roles.ts'
import type { GivenRole, RoleHolder } from '#db/admin/given-roles.ts'
import { changeRoleEnd, mayGive, roleSubject, takeRole, withinOf } from '#db/admin/role-changes.ts'
import { day } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { PEOPLE_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { etagOf, field, reasonField, rowNumber } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { nameOf, placesOf } from './people.ts'
import { historyTable, savedNote, table } from './pieces.ts'
import { settle, unreadable } from './settle.ts'

const CHANGES = 20
const HOLDERS = 100

/** `GET /admin/people/ID`: one role of a group or a person, and whom it reaches. */
export function personRole(services: Services): Handler {
  return withRight(services, 'roles.read', (view) => sendRole(services, view, null))
}

/** `POST /admin/people/ID`: gives it another end, or with `remove` takes it away. */
export function editPersonRole(services: Services): Handler {
  return withRight(services, 'roles.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const id = rowNumber(c.req.param('id'))
    if (id === null) return sendNothing(services, view)
    const etag = etagOf(form)
    const again = (problem: string) => sendRole(services, view, problem)
    if (form.has('remove')) {
      return settle(view, await takeRole(sql, id, etag, doer), `${PEOPLE_PATH}?removed`, again)
    }
    const until = (form.get('until') ?? '').trim() || null
    if (!day.nullable().safeParse(until).success) {
      return again(unreadable(view, text.people.untilField))
    }
    const changed = await changeRoleEnd(sql, id, etag, until, doer)
    return settle(view, changed, `${PEOPLE_PATH}/${id}?saved`, again)
  })
}

async function sendRole(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights, doer } = view
  const { people: words } = text
  const id = rowNumber(c.req.param('id'))
  const found = id === null ? null : await findGivenRole(sql, id)
  if (found === null || id === null) return sendNothing(services, view)
  const within = await withinOf(sql, found)
  const known = typeof within === 'string' ? { association: null, all: [] } : within
  const mayWrite = mayGive(rights, found, known)
  const subject = roleSubject(found)
  const holders = mayWrite ? await roleHolders(sql, found.id, HOLDERS + 1) : null
  if (holders !== null) {
    const { association } = known
    const look = { actor: doer.actor, action: 'roles.read', reason: null, association }
    await recordLine(sql, { ...look, subject, details: { people: holders.length } })
  }
  const changes = await listChanges(sql, { kind: 'role', subject }, { before: null, rows: CHANGES })
  const name = nameOf(found, view)
  return sendAdminPage(c, services, {
    ...{ frame, title: name, status: problem === null ? 200 : 422 },
    main: html`<h1><bdi>${name}</bdi></h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">${words.roles[found.role].name} · ${placesOf(found, view)}</p>
      ${facts(view, found)} ${holders !== null && holderList(view, found, holders)}
      ${mayWrite ? forms(view, found) : html`<p class="note">${words.readOnly}</p>`}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, { frame, text, mayUndo: () => mayWrite })}
      </section>`,
  })
}

function facts(
  { text, frame }: AdminView,
  { role, until, madeBy, madeAt, declared }: GivenRole,
): Html {
  const { people: words } = text
  return html`<section class="card" aria-labelledby="what">
    <h2 id="what">${words.what}</h2>
    <p>${words.roles[role].may}</p>
    <dl class="facts">
      <dt>${words.until}</dt>
      <dd>${until ?? words.noEnd}</dd>
      <dt>${words.by}</dt>
      <dd>
        <bdi>${madeBy}</bdi>, ${when(madeAt, frame)}
        ${declared && html`<span class="tag">${text.byFile}</span>`}
      </dd>
    </dl>
  </section>`
}

function holderList(
  { text: { people: words, never }, frame }: AdminView,
  { subject }: GivenRole,
  holders: readonly RoleHolder[],
): Html {
  const isGroup = subject.startsWith('group:')
  const rows = holders
    .slice(0, HOLDERS)
    .map(({ account, name, seenAt }) => [
      html`<bdi>${account}</bdi>`,
      html`<bdi>${name}</bdi>`,
      seenAt === null ? never : when(seenAt, frame),
    ])
  return html`<section class="card" aria-labelledby="holders">
    <h2 id="holders">${words.holders}</h2>
    <p class="soft">${isGroup ? words.holdersLead : words.holderLead}</p>
    ${
      rows.length === 0
        ? html`<p>${isGroup ? words.emptyGroup : words.unknownPerson}</p>`
        : table(words.holders, [words.account, words.called, words.seen], rows)
    }
    ${holders.length > HOLDERS && html`<p class="soft">${fill(words.moreHolders, { count: String(HOLDERS) })}</p>`}
  </section>`
}

function forms(view: AdminView, found: GivenRole): Html {
  const { frame, text } = view
  const { people: words } = text
  const hidden = html`${tokenField(frame)}<input type="hidden" name="etag" value="${found.etag}" />`
  return html`<section class="card" aria-labelledby="edit">
      <h2 id="edit">${words.edit}</h2>
      ${found.declared && html`<p class="note">${text.byFileWarning}</p>`}
      <form method="post" action="${PEOPLE_PATH}/${found.id}">
        ${hidden}
        ${field({ name: 'until', label: words.untilField, type: 'date', value: found.until ?? '' })}
        ${reasonField(view, { required: false })}
        <button>${words.save}</button>
      </form>
    </section>
    <section class="card" aria-labelledby="remove">
      <h2 id="remove">${words.remove}</h2>
      <p>${words.removeLead}</p>
      <form method="post" action="${PEOPLE_PATH}/${found.id}">
        ${hidden}<input type="hidden" name="remove" value="yes" />
        ${reasonField(view, { required: false, id: 'remove-reason' })}
        <button class="quiet">${words.remove}</button>
      </form>
    </section>`
}
