import type { Handler } from 'hono'
import { html } from 'hono/html'
import { createSite, listSites } from '#db/admin/sites.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import { code, line } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { table, when } from './pieces.ts'

const ROWS = 50

/** `GET /admin/places?q=…&after=…` */
export function places(services: Services): Handler {
  return withRight(services, 'sites.read', (view) => sendPlaces(services, view, null))
}

/** `POST /admin/places`: adds one. */
export function addPlace(services: Services): Handler {
  return withRight(services, 'sites.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const wish = {
      code: form.get('code') ?? '',
      name: form.get('name') ?? '',
      association: form.get('association') ?? '',
      timezone: 'Europe/Paris',
    }
    const wrong = [
      ...(code.safeParse(wish.code).success ? [] : [text.places.code]),
      ...(line.safeParse(wish.name).success ? [] : [text.places.name]),
    ]
    if (wrong.length > 0) {
      return sendPlaces(services, view, text.refusals.invalid.replace('{what}', wrong.join(', ')))
    }
    const made = await createSite(sql, { ...wish, name: wish.name.trim() }, doer)
    if (!made.ok) return sendPlaces(services, view, text.refusals[made.refusal])
    return c.redirect(`${PLACES_PATH}/${made.value.code}?added`, 303)
  })
}

async function sendPlaces(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { places: words } = text
  const asked = new URL(c.req.url).searchParams
  const q = (asked.get('q') ?? '').trim().slice(0, 100)
  const after = code.safeParse(asked.get('after') ?? '')
  const page = { after: after.success ? after.data : null, rows: ROWS + 1 }
  const found = await listSites(sql, { q: q === '' ? null : q, association: null }, page)
  const shown = found.slice(0, ROWS)
  const last = shown.at(-1)
  const next = new URLSearchParams({ q, after: last?.code ?? '' })
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422 },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      <p class="lead">${words.lead}</p>
      <form method="get" action="${PLACES_PATH}" role="search">
        <label for="q">${words.label}</label>
        <input id="q" name="q" type="search" value="${q}" maxlength="100" />
        <button>${text.search}</button>
      </form>
      ${
        shown.length > 0
          ? placeTable(view, shown)
          : html`<p>${q === '' && !after.success ? words.noPlaces : words.none}</p>`
      }
      ${after.success && html`<p><a href="${PLACES_PATH}">${text.first}</a></p>`}
      ${found.length > ROWS && html`<p><a href="${PLACES_PATH}?${next.toString()}">${text.next}</a></p>`}
      ${rights.has('sites.write') && addForm(view)}`,
  })
}

function placeTable(
  { text: { places: words, ...text }, frame }: AdminView,
  sites: readonly AdminSite[],
): Html {
  const rows = sites.map(
    (site) =>
      html`<tr>
        <td><a href="${PLACES_PATH}/${site.code}">${site.code}</a></td>
        <td><bdi>${site.name}</bdi></td>
        <td><bdi>${site.associationName}</bdi></td>
        <td>${site.gateways}</td>
        <td>${site.heardAt === null ? text.never : when(site.heardAt, frame.language)}</td>
      </tr>`,
  )
  const heads = [words.code, words.name, words.association, words.gateways, words.heard]
  return table(words.title, heads, rows)
}

function addForm({ c, frame, text }: AdminView): Html {
  const { places: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  return html`<section class="card" aria-labelledby="add">
    <h2 id="add">${words.add}</h2>
    <form method="post" action="${PLACES_PATH}">
      ${tokenField(frame)}
      <label for="code">${words.code}</label>
      <input id="code" name="code" value="${given('code')}" required maxlength="64" />
      <label for="name">${words.name}</label>
      <input id="name" name="name" value="${given('name')}" required maxlength="200" />
      <label for="association">${words.association}</label>
      <input
        id="association"
        name="association"
        value="${given('association')}"
        required
        maxlength="64"
      />
      <label for="reason">${text.reason}</label>
      <input id="reason" name="reason" value="${given('reason')}" maxlength="500" />
      <button>${words.addButton}</button>
    </form>
  </section>`
}
