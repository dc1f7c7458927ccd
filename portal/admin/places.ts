import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listSites } from '#db/admin/sites.ts'
import type { AdminSite, SitesWanted } from '#db/admin/sites.ts'
import { code } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { INVENTORY_PATH, NEW_PLACE_PATH, PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor } from './fields.ts'
import { mayImport } from './inventory.ts'
import { isPiece, sendPiece } from './piece.ts'
import { pageLinks, table } from './pieces.ts'

const ROWS = 50

/** `GET /admin/places?q=…&after=…` */
export function places(services: Services): Handler {
  return withRight(services, 'sites.read', (view) => sendPlaces(services, view))
}

async function sendPlaces(services: Services, view: AdminView): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { places: words } = text
  const q = askedFor(view, 'q')
  const wanted = { q: q === '' ? null : q, ...areaOf(view) }
  const after = code.safeParse(askedFor(view, 'after'))
  const page = { after: after.success ? after.data : null, rows: ROWS + 1 }
  const found = await listSites(sql, wanted, page)
  const list = placeList(view, found, wanted, after.success)
  if (isPiece(c)) return sendPiece(view, list)
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title },
    scripts: ['htmx'],
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <form method="get" action="${PLACES_PATH}" role="search">
        ${areaFields(wanted)} ${searchAsTyped(words.label, q)}
        <button>${text.search}</button>
      </form>
      <div id="found">${list}</div>
      ${rights.has('sites.write') && html`<p><a class="button" href="${NEW_PLACE_PATH}">${words.add}</a></p>`}
      ${mayImport(rights) && html`<p><a href="${INVENTORY_PATH}">${text.inventory.link}</a></p>`}`,
  })
}

/** Asks while somebody writes; without script the button does. */
function searchAsTyped(label: string, q: string): Html {
  return html`<label for="q">${label}</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${q}"
      maxlength="100"
      autocapitalize="none"
      autocomplete="off"
      spellcheck="false"
      hx-get="${PLACES_PATH}"
      hx-trigger="input changed delay:100ms"
      hx-include="closest form"
      hx-target="#found"
      hx-sync="this:replace"
    />`
}

type Area = Pick<SitesWanted, 'association' | 'department'>

/** Of the map and the table of associations. */
function areaOf(view: AdminView): Area {
  const given = (name: string): string | null => {
    const read = code.safeParse(askedFor(view, name))
    return read.success ? read.data : null
  }
  return { association: given('association'), department: given('department') }
}

function areaFields(area: Area): Html {
  return html`${Object.entries(area).map(
    ([name, value]) =>
      typeof value === 'string' &&
      ['association', 'department'].includes(name) &&
      html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`
}

/** What was found, and the ways on: what htmx puts in the place of what was found before. */
function placeList(
  view: AdminView,
  found: readonly AdminSite[],
  { q, association, department }: SitesWanted,
  isFurther: boolean,
): Html {
  const { text } = view
  const { places: words } = text
  const shown = found.slice(0, ROWS)
  const area = association ?? department ?? null
  const isAll = q === null && area === null && !isFurther
  const next = {
    ...(q === null ? {} : { q }),
    ...(association === null ? {} : { association }),
    ...(department == null ? {} : { department }),
    after: shown.at(-1)?.code ?? '',
  }
  return html`${area !== null && html`<p>${fill(words.only, { area })} <a href="${PLACES_PATH}">${words.all}</a></p>`}
  ${
    shown.length > 0
      ? placeTable(view, shown)
      : html`<p class="card" role="status">${isAll ? words.noPlaces : words.none}</p>`
  }
  ${pageLinks(text, PLACES_PATH, { isFirst: !isFurther, next: found.length > ROWS ? next : null })}`
}

function placeTable(
  { text: { places: words, ...text }, frame }: AdminView,
  sites: readonly AdminSite[],
): Html {
  const rows = sites.map((site) => [
    html`<a href="${PLACES_PATH}/${site.code}">${site.code}</a>`,
    html`<bdi>${site.name}</bdi>`,
    html`<bdi>${site.associationName}</bdi>`,
    site.gateways,
    site.heardAt === null ? text.never : when(site.heardAt, frame, site.timezone),
  ])
  const heads = [words.code, words.name, words.association, words.gateways, words.heard]
  return table(words.title, heads, rows)
}
