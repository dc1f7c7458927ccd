import type { Context, Handler } from 'hono'
import { html } from 'hono/html'
import { openConnectionSearch, readSearchPage, searchConnections } from '#db/connections.ts'
import type { Connection, Criteria } from '#db/connections.ts'
import { CSV_HEADER, csvOfConnection } from '#db/export/connection-csv.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { LOGS_PATH, PACKS_PATH } from './admin-paths.ts'
import { field, reasonField } from './fields.ts'
import { criteriaFields, hiddenCriteria, readCriteria, writtenIn } from './log-criteria.ts'
import type { WrittenCriteria } from './log-criteria.ts'
import { logPlace } from './log-place.ts'
import { missingFromLog, reachesRows, withLog, zonesOf } from './log-request.ts'
import type { LogView } from './log-request.ts'
import { criteriaLine, instantAt } from './log-words.ts'
import { table } from './pieces.ts'

const ROWS = 100

/** `GET /admin/logs`: the form. */
export function logForm(services: Services): Handler {
  return withLog(services, (view) => sendForm(view, writtenIn(new URLSearchParams()), null))
}

/** `POST /admin/logs`: a search, whose reason and criteria are in the audit before the first row is read. */
export function searchLog(services: Services): Handler {
  return withLog(services, async (view) => {
    const { c, text, doer, log } = view
    const form = formOf(c)
    const written = writtenIn(form)
    const read = readCriteria(written, text)
    if (!read.ok) return sendForm(view, written, read.problem)
    const { criteria } = read
    const { reason, actor } = doer
    if (reason === null) return sendForm(view, written, text.logs.noReason)
    if (!(await reachesRows(view, 'logs.search', criteria))) {
      return sendForm(view, written, text.logs.nameAPlace)
    }
    if (form.has('csv')) return csvOf(c, view, criteria, { actor, reason })
    const place = logPlace(view, criteria.site)
    const onward = place.read(form.get('after') ?? '')
    const search = onward?.search ?? (await openConnectionSearch(log, criteria, { actor, reason }))
    const found = await readSearchPage(log, search, onward?.after ?? null, ROWS + 1)
    const last = found.length > ROWS ? found[ROWS - 1] : undefined
    return sendFound(view, {
      ...{ written, criteria, rows: found.slice(0, ROWS), isFirst: onward === null },
      next: last === undefined ? null : place.write({ search, after: last }),
    })
  })
}

async function sendForm(
  view: LogView,
  written: WrittenCriteria,
  problem: string | null,
): Promise<Response> {
  const { c, services, frame, text } = view
  const { logs: words } = text
  const zones = [...new Set((await zonesOf(view, 'logs.search')).values())].toSorted()
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422 },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      <p class="lead">${words.lead}</p>
      <form class="card" method="post" action="${LOGS_PATH}">
        ${tokenField(frame)} ${criteriaFields(written, [...zones, 'UTC'], text)}
        ${reasonField(view, { required: true })}
        <p class="buttons">
          <button>${text.search}</button>
          <button name="csv" value="yes" class="quiet">${words.csv}</button>
        </p>
        <p class="soft help">${words.seen}</p>
      </form>`,
  })
}

interface Found {
  readonly written: WrittenCriteria
  readonly criteria: Criteria
  readonly rows: readonly Connection[]
  readonly isFirst: boolean
  readonly next: string | null
}

async function sendFound(view: LogView, found: Found): Promise<Response> {
  const { c, services, frame, text } = view
  const { logs: words } = text
  const { rows, criteria, written, isFirst, next } = found
  const zones = await zonesOf(view, 'logs.search')
  const missing = isFirst ? await missingFromLog(view) : 0
  return sendAdminPage(c, services, {
    ...{ frame, title: words.found },
    main: html`<h1>${words.found}</h1>
      <p class="lead">${criteriaLine(criteria, text)}</p>
      ${askedTimes(view, criteria, zones)}
      ${missing > 0 && html`<p class="error">${fill(words.missing, { count: String(missing) })}</p>`}
      ${
        rows.length === 0
          ? html`<p class="card">${isFirst ? words.none : words.noMore}</p>`
          : rowTable(view, rows, zones)
      }
      <div class="buttons">
        ${
          next !== null &&
          html`<form method="post" action="${LOGS_PATH}">
            ${carried(view, written)}<input type="hidden" name="after" value="${next}" />
            <button>${text.next}</button>
          </form>`
        }
        <a class="button" href="${LOGS_PATH}">${words.again}</a>
      </div>
      ${isFirst && afterwards(view, written)}`,
  })
}

/** The instants asked for, in UTC and by the clock of the place, or of each zone where none is named. */
function askedTimes(
  { text }: LogView,
  { from, to, site }: Criteria,
  zones: ReadonlyMap<string, string>,
): Html {
  const { logs: words } = text
  const there = site === null ? undefined : zones.get(site)
  const named = there === undefined ? [...new Set(zones.values())].toSorted() : [there]
  const line = (name: string, at: Date | null): Html =>
    html`${
      at !== null &&
      html`<dt>${name}</dt>
        <dd>
          ${at.toISOString()}${named.map((zone) => html`<br />${instantAt(at, zone, text)} (${zone})`)}
        </dd>`
    }`
  if (from === null && to === null) return html``
  return html`<dl>${line(words.from, from)} ${line(words.to, to)}</dl>`
}

function rowTable(
  { text }: LogView,
  rows: readonly Connection[],
  zones: ReadonlyMap<string, string>,
): Html {
  const { logs: words } = text
  const cells = rows.map((row) => {
    const zone = zones.get(row.site) ?? 'UTC'
    const outside = [row.publicIp, row.publicPorts].filter((part) => part !== null).join(' : ')
    return [
      instantAt(row.start, zone, text),
      html`${row.stop === null ? words.open : instantAt(row.stop, zone, text)}<br /><span
          class="soft"
          >${row.cause}</span
        >`,
      html`<bdi>${row.site}</bdi><br /><span class="soft"
          >${row.gateway}, ${row.network}, ${zone}</span
        >`,
      row.mac ?? words.unknown,
      html`<bdi>${row.user ?? words.guest}</bdi>`,
      [row.ip, row.ipv6].filter((part) => part !== null).join(' '),
      outside,
    ]
  })
  const { start, stop, site, mac, user, ip, publicIp } = words
  return table(words.found, [start, stop, site, mac, user, ip, publicIp], cells)
}

/** What may be done with what was found: a pack of it, or a hold. */
function afterwards(view: LogView, written: WrittenCriteria): Html {
  const { text } = view
  const { packs: words } = text
  const caseField = (id: string): Html =>
    field({ name: 'case', id, label: words.case, required: true, maxlength: 100, isCode: true })
  return html`<section class="card" aria-labelledby="ask">
      <h2 id="ask">${words.ask}</h2>
      <p>${words.askLead}</p>
      <form method="post" action="${PACKS_PATH}">
        ${carried(view, written)} ${caseField('case')}
        <button>${words.askButton}</button>
      </form>
    </section>
    <section class="card" aria-labelledby="hold">
      <h2 id="hold">${words.hold}</h2>
      <p>${words.holdLead}</p>
      <form method="post" action="${PACKS_PATH}/holds">
        ${carried(view, written)} ${caseField('hold-case')}
        ${field({ name: 'until', label: words.until, type: 'date', required: true })}
        <button>${words.holdButton}</button>
      </form>
    </section>`
}

function carried({ c, frame }: LogView, written: WrittenCriteria): Html {
  const reason = c.get('staffForm')?.get('reason') ?? ''
  return html`${tokenField(frame)} ${hiddenCriteria(written)}<input
      type="hidden"
      name="reason"
      value="${reason}"
    />`
}

/** A page at a time, so that a year of a place never stands in memory. */
function csvOf(
  c: Context,
  { log }: LogView,
  criteria: Criteria,
  look: { readonly actor: string; readonly reason: string },
): Response {
  const pages = searchConnections(log, criteria, look)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(CSV_HEADER)),
    async pull(controller) {
      const page = await pages.next()
      if (page.done === true) controller.close()
      else controller.enqueue(encoder.encode(page.value.map(csvOfConnection).join('')))
    },
    async cancel() {
      await pages.return(undefined)
    },
  })
  c.header('Content-Type', 'text/csv; charset=utf-8')
  c.header('Content-Disposition', 'attachment; filename="connections.csv"')
  c.header('Cache-Control', 'no-store')
  return c.body(body)
}
