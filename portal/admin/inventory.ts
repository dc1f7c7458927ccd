import type { Handler } from 'hono'
import { html } from 'hono/html'
import { acceptInventory, readInventory } from '#db/admin/inventory.ts'
import type { AdminInventory } from '#db/admin/inventory.ts'
import { askJob } from '#db/admin/jobs.ts'
import { acceptSites, dropSites, findSiteImport, uploadSites } from '#db/admin/site-imports.ts'
import type { SiteImport } from '#db/admin/site-imports.ts'
import { sealTable } from '#db/sealed-table.ts'
import type { Rights } from '#core/rights.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf, uploadOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { INVENTORY_PATH, PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { reasonField } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { numberIn } from './numbers.ts'
import { isPiece, sendPiece } from './piece.ts'
import { asProgram } from './pieces.ts'

const HOUSE = { association: null, site: null }
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DIGEST = /^[0-9a-f]{1,64}$/
const AGAIN_SECONDS = 3
const LONGEST_NAME = 200

/** A table, and what NetBox says, may be about any place and its gateway. */
export function mayImport(rights: Rights): boolean {
  return rights.can('sites.write', HOUSE) && rights.can('gateways.write', HOUSE)
}

/** `GET /admin/inventory`: a table of places to upload, what it would change, and what NetBox holds back. */
export function inventory(services: Services): Handler {
  return withRight(services, 'sites.write', (view) => sendInventory(services, view, null))
}

/** `POST /admin/inventory`: takes the table; the jobs read it. */
export function uploadInventory(services: Services): Handler {
  return withRight(services, 'sites.write', async (view) => {
    const { c, sql, text, doer, rights } = view
    if (!mayImport(rights)) return sendNothing(services, view)
    const file = uploadOf(c)
    if (file === null || file.bytes.length === 0) {
      return sendInventory(services, view, text.inventory.noFile)
    }
    const name = file.name
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(-LONGEST_NAME)
    const table = {
      file: name === '' ? 'places.csv' : name,
      content: sealTable(services.seal, file.bytes),
    }
    if (!(await uploadSites(sql, table, doer))) {
      return sendInventory(services, view, text.inventory.underWay)
    }
    await askJob(sql, 'site-import', doer)
    return c.redirect(INVENTORY_PATH, 303)
  })
}

/** `POST /admin/inventory/answer`: accepts what was read, or drops it; of the table or of NetBox. */
export function answerInventory(services: Services): Handler {
  return withRight(services, 'sites.write', async (view) => {
    const { c, sql, text, doer, rights } = view
    if (!mayImport(rights)) return sendNothing(services, view)
    const form = formOf(c)
    const id = form.get('id') ?? ''
    const changesId = form.get('changes') ?? ''
    const isGiven = DIGEST.test(changesId)
    const answer = form.get('answer')
    let isDone = false
    if (answer === 'drop') isDone = UUID.test(id) && (await dropSites(sql, id, doer))
    else if (answer === 'accept') {
      isDone = UUID.test(id) && isGiven && (await acceptSites(sql, { id, changesId }, doer))
      if (isDone) await askJob(sql, 'site-import', doer)
    } else if (answer === 'netbox' && rights.can('jobs.run', HOUSE)) {
      isDone = isGiven && (await acceptInventory(sql, changesId, doer))
      if (isDone) await askJob(sql, 'inventory', doer)
    }
    if (!isDone) return sendInventory(services, view, text.inventory.changed)
    return c.redirect(INVENTORY_PATH, 303)
  })
}

async function sendInventory(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  if (!mayImport(rights)) return sendNothing(services, view)
  const { inventory: words } = text
  const table = await findSiteImport(sql)
  const isAwaited = table !== null && isUnderWay(table)
  const state = html`<div
    id="table-state"
    ${isAwaited && html`hx-get="${INVENTORY_PATH}" hx-trigger="every 2s" hx-swap="outerHTML"`}
  >
    ${table !== null && tableCard(view, table)} ${!isAwaited && uploadForm(view)}
  </div>`
  if (isPiece(c)) return sendPiece(view, state)
  const netbox = rights.can('jobs.read', HOUSE) ? await readInventory(sql) : null
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422, scripts: ['htmx'] },
    ...(isAwaited ? { again: { seconds: AGAIN_SECONDS, url: INVENTORY_PATH } } : {}),
    main: html`<h1>${words.title}</h1>
      <p class="lead">${words.lead} <a href="${PLACES_PATH}">${text.places.title}</a></p>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${state}
      ${netbox?.url != null && netboxCard(view, netbox)}`,
  })
}

/** The jobs have something to do. */
function isUnderWay({ readAt, acceptedBy, doneAt }: SiteImport): boolean {
  return doneAt === null && (readAt === null || acceptedBy !== null)
}

function uploadForm(view: AdminView): Html {
  const { inventory: words } = view.text
  return html`<section class="card" aria-labelledby="upload">
    <h2 id="upload">${words.upload}</h2>
    <form method="post" action="${INVENTORY_PATH}" enctype="multipart/form-data">
      ${tokenField(view.frame)}
      <label for="file">${words.file}</label>
      <input id="file" name="file" type="file" accept=".csv,.txt,text/csv" required />
      <p class="soft help">${words.fileHelp}</p>
      ${reasonField(view, { required: false })}
      <button>${words.look}</button>
    </form>
  </section>`
}

function tableCard(view: AdminView, table: SiteImport): Html {
  const { text, frame } = view
  const { inventory: words } = text
  const said = { file: table.file, who: table.madeBy, when: when(table.madeAt, frame) }
  return html`<section class="card" aria-labelledby="table">
    <h2 id="table"><bdi>${table.file}</bdi></h2>
    <p class="soft">${fill(words.sent, said)}</p>
    ${tableState(view, table)}
  </section>`
}

function tableState(view: AdminView, table: SiteImport): Html {
  const { text, frame } = view
  const { inventory: words } = text
  const { problems, changes, notes, doneAt, places } = table
  if (isUnderWay(table)) {
    const word = table.readAt === null ? words.reading : words.working
    return html`<p role="status">${word}</p>`
  }
  if (problems !== null) {
    const count = table.problemCount ?? problems.length
    return html`<p class="error" role="alert">${words.wrong}</p>
      ${lineList(view, problems, count)}`
  }
  const count = table.changeCount ?? 0
  const figures = {
    places: numberIn(places ?? 0, frame.language),
    changes: numberIn(count, frame.language),
  }
  const more = html`${
    (notes ?? []).length > 0 &&
    html`<h3>${words.notes}</h3>
      ${lineList(view, notes ?? [], (notes ?? []).length)}`
  }`
  if (doneAt !== null) {
    const done = { ...figures, who: table.acceptedBy ?? '', when: when(doneAt, frame) }
    return html`<p class="note" role="status">${fill(words.done, done)}</p>
      ${lineList(view, changes ?? [], count)}`
  }
  if (count === 0)
    return html`<p class="note" role="status">${words.nothing}</p>
      ${more}`
  return html`<p class="note" role="status">${fill(words.wouldChange, figures)}</p>
    ${lineList(view, changes ?? [], count)} ${more} ${answerForm(view, table)}`
}

/** Each line as the program says it, and how many are not shown. */
function lineList({ text, frame }: AdminView, lines: readonly string[], inAll: number): Html {
  const { inventory: words } = text
  const left = inAll - lines.length
  return html`<div class="lines" tabindex="0" role="group" aria-label="${words.lines}">
      <ul>
        ${lines.map((line) => html`<li>${asProgram(line)}</li>`)}
      </ul>
    </div>
    ${left > 0 && html`<p class="soft">${fill(words.more, { count: numberIn(left, frame.language) })}</p>`}`
}

function answerForm(view: AdminView, table: SiteImport): Html {
  const { inventory: words } = view.text
  return html`<form method="post" action="${INVENTORY_PATH}/answer">
    ${tokenField(view.frame)}<input type="hidden" name="id" value="${table.id}" />
    <input type="hidden" name="changes" value="${table.changesId ?? ''}" />
    ${reasonField(view, { required: false, id: 'why' })}
    <p class="buttons">
      <button name="answer" value="accept">${words.accept}</button>
      <button name="answer" value="drop" class="quiet">${words.drop}</button>
    </p>
  </form>`
}

function netboxCard(view: AdminView, netbox: AdminInventory): Html {
  const { text, frame } = view
  const { inventory: words } = text
  const { checkedAt, places, error, held, heldId, acceptedBy } = netbox
  const said = {
    when: checkedAt === null ? text.never : when(checkedAt, frame),
    places: numberIn(places, frame.language),
  }
  return html`<section class="card" aria-labelledby="netbox">
    <h2 id="netbox">NetBox</h2>
    <p>${fill(words.polled, said)}</p>
    ${error !== null && html`<p class="error" role="alert">${words.failed} ${asProgram(error)}</p>`}
    ${
      held !== null &&
      html`<p class="error" role="alert">${words.held}</p>
        ${lineList(view, held, held.length)}
        ${
          acceptedBy === null
            ? html`<form method="post" action="${INVENTORY_PATH}/answer">
                ${tokenField(frame)}<input type="hidden" name="changes" value="${heldId ?? ''}" />
                ${reasonField(view, { required: false, id: 'why-netbox' })}
                <button name="answer" value="netbox">${words.acceptHeld}</button>
              </form>`
            : html`<p role="status">${words.working}</p>`
        }`
    }
  </section>`
}
