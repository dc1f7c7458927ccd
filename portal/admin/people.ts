import type { Handler } from 'hono'
import { html } from 'hono/html'
import { rolesToGive } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { listChanges } from '#db/admin/changes.ts'
import { listGivenRoles, roleConflicts } from '#db/admin/given-roles.ts'
import type { GivenRole } from '#db/admin/given-roles.ts'
import { giveRole } from '#db/admin/role-changes.ts'
import { readPlace, writePlace } from '../api/admin/page.ts'
import { roleWish } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { PEOPLE_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, choice, field, reasonField, searchForm } from './fields.ts'
import { historyTable, pageLinks, savedNote, table } from './pieces.ts'
import { unreadable } from './settle.ts'

const ROWS = 50
const CHANGES = 20
/** What is chosen where nobody has chosen: what gives away least. */
const LEAST: Role = 'place-helper'

/** `GET /admin/people?q=…&after=…`: who has which role, where and until when. */
export function people(services: Services): Handler {
  return withRight(services, 'roles.read', (view) => sendPeople(services, view, null))
}

/** `POST /admin/people`: gives one. */
export function givePersonRole(services: Services): Handler {
  return withRight(services, 'roles.write', async (view) => {
    const { c, sql, text, doer } = view
    const wish = readWish(formOf(c), view)
    if (typeof wish === 'string') {
      return sendPeople(services, view, unreadable(view, wish))
    }
    const given = await giveRole(sql, wish, doer)
    if (!given.ok) return sendPeople(services, view, text.refusals[given.refusal])
    return c.redirect(`${PEOPLE_PATH}/${given.value.id}?saved`, 303)
  })
}

/** The names of the fields that cannot be read, or the wish. */
function readWish(form: URLSearchParams, { text: { people: words } }: AdminView) {
  const given = (name: string): string => (form.get(name) ?? '').trim()
  const codes = (name: string): string[] | null => {
    const written = given(name)
      .split(/[\s,;]+/)
      .filter(Boolean)
    return written.length === 0 ? null : written
  }
  const read = roleWish.safeParse({
    subject: `${given('whom') === 'group' ? 'group' : 'person'}:${given('name')}`,
    role: given('role'),
    ...{ associations: codes('associations'), sites: codes('sites') },
    until: given('until') === '' ? null : given('until'),
  })
  if (read.success) return read.data
  const labels: Readonly<Record<string, string>> = {
    ...{ subject: words.name, role: words.role, associations: words.associations },
    ...{ sites: words.sites, until: words.until },
  }
  const wrong = read.error.issues.map(({ path }) => labels[String(path[0])] ?? words.role)
  return [...new Set(wrong)].join(', ')
}

async function sendPeople(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { people: words } = text
  const q = askedFor(view, 'q')
  const place = readPlace(askedFor(view, 'after', 600), [/^.{1,207}$/u, /^[a-z-]+$/, /^\d{1,18}$/])
  const [subject = '', role = '', id = '0'] = place ?? []
  const after = place === null ? null : { subject, role, id }
  const filter = { q: q === '' ? null : q, role: null }
  const found = await listGivenRoles(sql, filter, { after, rows: ROWS + 1 })
  const shown = found.slice(0, ROWS)
  const last = shown.at(-1)
  const next =
    found.length > ROWS && last !== undefined
      ? { q, after: writePlace([last.subject, last.role, last.id]) }
      : null
  const isNational = rights.reach('roles.read').everywhere
  const conflicts = isNational ? await roleConflicts(sql) : []
  const changes = await listChanges(
    sql,
    { kind: 'role', subject: null },
    { before: null, rows: CHANGES },
  )
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422 },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">${words.lead}</p>
      ${conflicts.map(
        (who) =>
          html`<p class="error" role="alert">
            ${fill(words.conflict, { who: who.replace(/^person:/, '') })}
          </p>`,
      )}
      ${searchForm(PEOPLE_PATH, words.label, q, text.search)}
      ${
        shown.length > 0
          ? roleTable(view, shown)
          : html`<p>${q === '' && place === null ? words.nobody : words.none}</p>`
      }
      ${pageLinks(text, PEOPLE_PATH, { isFirst: place === null, next })}
      ${rights.has('roles.write') && giveForm(view)} ${roleList(view)}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, { frame, text, mayUndo: () => rights.has('roles.write') })}
      </section>`,
  })
}

function roleTable(view: AdminView, shown: readonly GivenRole[]): Html {
  const { text, services } = view
  const { people: words } = text
  const today = new Date(services.clock()).toISOString().slice(0, 10)
  const rows = shown.map((given) => [
    html`<a href="${PEOPLE_PATH}/${given.id}"><bdi>${nameOf(given, view)}</bdi></a>`,
    words.roles[given.role].name,
    placesOf(given, view),
    html`${given.until ?? words.noEnd}
    ${given.until !== null && given.until < today && html`<span class="tag">${words.over}</span>`}`,
    given.declared
      ? html`<span class="tag">${text.byFile}</span>`
      : html`<bdi>${given.madeBy}</bdi>`,
  ])
  return table(words.title, [words.who, words.role, words.where, words.until, words.by], rows)
}

/** `group it-paris`: what stands before the colon in words. */
export function nameOf({ subject }: Pick<GivenRole, 'subject'>, { text }: AdminView): string {
  const [kind, name] = [
    subject.slice(0, subject.indexOf(':')),
    subject.slice(subject.indexOf(':') + 1),
  ]
  return kind === 'group' ? text.people.ofGroup.replace('{name}', () => name) : name
}

export function placesOf(
  { associations, sites }: Pick<GivenRole, 'associations' | 'sites'>,
  { text }: AdminView,
): Html {
  const places = [
    ...(associations ?? []).map((code) => text.ofAssociation.replace('{code}', () => code)),
    ...(sites ?? []).map((code) => text.ofPlace.replace('{code}', () => code)),
  ]
  return html`<bdi>${places.length === 0 ? text.everywhere : places.join(', ')}</bdi>`
}

function giveForm(view: AdminView): Html {
  const { c, frame, text, rights } = view
  const { people: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  const isLocal = !rights.reach('roles.write').everywhere
  const options = rolesToGive(rights).map((role) => [role, words.roles[role].name] as const)
  return html`<section class="card" aria-labelledby="give">
    <h2 id="give">${words.give}</h2>
    <p class="soft">${isLocal ? words.giveLocally : words.giveLead}</p>
    <form method="post" action="${PEOPLE_PATH}">
      ${tokenField(frame)}
      ${choice({ name: 'whom', label: words.whom, value: given('whom') || 'group' }, [
        ['group', words.group],
        ['person', words.person],
      ])}
      ${field({
        ...{ name: 'name', label: words.name, value: given('name'), required: true },
        ...{ maxlength: 200, isCode: true, help: words.nameHelp },
      })}
      ${choice({ name: 'role', label: words.role, value: given('role') || LEAST }, options)}
      ${field({
        ...{ name: 'associations', label: words.associations, value: given('associations') },
        ...{ maxlength: 2000, isCode: true },
        ...(isLocal ? {} : { help: words.placesHelp }),
      })}
      ${field({ ...{ name: 'sites', label: words.sites, value: given('sites') }, maxlength: 2000, isCode: true })}
      ${field({ name: 'until', label: words.untilField, type: 'date', value: given('until') })}
      ${reasonField(view, { required: false })}
      <button>${words.giveButton}</button>
    </form>
  </section>`
}

/** What each role may, in the order of how much. */
function roleList({ text: { people: words } }: AdminView): Html {
  return html`<section class="card" aria-labelledby="roles">
    <h2 id="roles">${words.whatRolesMay}</h2>
    <dl class="facts">
      ${(Object.keys(words.roles) as Role[]).map(
        (role) =>
          html`<dt>${words.roles[role].name}</dt>
            <dd>${words.roles[role].may}</dd>`,
      )}
    </dl>
  </section>`
}
