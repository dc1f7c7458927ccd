import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listChanges } from '#db/admin/changes.ts'
import { listFilters, listLifts } from '#db/admin/filtering.ts'
import type { ShownFilter, ShownLift } from '#db/admin/filtering.ts'
import { creditOf } from '#db/list-credit.ts'
import { listStates } from '#db/list-states.ts'
import type { ListState } from '#db/list-states.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { categoryName } from '../text/category-name.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { RULES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { levelTable, subjectName } from './level-table.ts'
import { numberIn } from './numbers.ts'
import { historyTable, networkOf, savedNote, table, whereOf } from './pieces.ts'
import { weekSection } from './week-section.ts'
import { whySection } from './why-blocked.ts'

const CHANGES = 20
/** Lists block everywhere: their history is for who sees the whole house. */
const HOUSE = { association: null, site: null }

/** `GET /admin/filtering?name=…&site=…&network=…`: why a name is blocked, and all that blocks. */
export function filtering(services: Services): Handler {
  return withRight(services, 'rules.read', async (view) => {
    const { c, sql, frame, text } = view
    const { filtering: words } = text
    const lists = await listStates({ sql })
    const filters = await listFilters(sql)
    const lifts = await listLifts(sql)
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        ${savedNote(view)}
        <p class="lead">${words.lead} <a href="${RULES_PATH}">${text.rules.title}</a></p>
        ${await whySection(services, view)} ${listSection(view, lists)} ${await listHistory(view)}
        ${filterSection(view, filters)} ${lifts.length > 0 && liftSection(view, lifts)}
        ${await weekSection(view)}`,
    })
  })
}

function listSection({ text, frame }: AdminView, lists: readonly ListState[]): Html {
  const { filtering: words } = text
  const rows = lists.map((list) => {
    const { name, category, blocks, names, fetchedAt, url, error, heldNames } = list
    // As one is that undo brought back: its text was kept nowhere.
    const isEmpty = url !== null && fetchedAt === null && (names ?? 0) === 0
    const isWell = error === null && heldNames === null && !isEmpty
    return [
      html`<bdi>${name}</bdi>`,
      categoryName(category, frame.language),
      blocks.map((network) => text[network === 'staff' ? 'staff' : 'guest']).join(', '),
      names == null ? words.notCounted : numberIn(names, frame.language),
      url === null ? words.byHand : fetchedAt === null ? text.never : when(fetchedAt, frame),
      html`${heldNames !== null && html`<strong>${fill(words.held, { names: numberIn(heldNames, frame.language) })}</strong><br />`}
      ${isEmpty && html`<strong>${words.empty}</strong><br />`}
      ${error !== null && html`<strong>${words.trouble}</strong> <bdi>${error}</bdi>`}
      ${isWell && words.wellThen}`,
    ]
  })
  const heads = [words.list, words.category, text.rules.network, words.names, words.fetched]
  return html`<section class="card" aria-labelledby="lists">
    <h2 id="lists">${words.lists}</h2>
    <p class="soft">${words.listsLead}</p>
    ${creditLines(words.credit, lists)}
    ${rows.length === 0 ? html`<p>${words.noLists}</p>` : table(words.lists, [...heads, words.state], rows)}
  </section>`
}

async function listHistory({ sql, text, frame, rights }: AdminView): Promise<Html> {
  if (!rights.can('rules.read', HOUSE)) return html``
  const page = { before: null, rows: CHANGES }
  const lines = await listChanges(sql, { kind: 'list', subject: null }, page)
  const mayUndo = (): boolean => rights.can('rules.write', HOUSE)
  return html`<section class="card" aria-labelledby="changes">
    <h2 id="changes">${text.filtering.changes}</h2>
    ${historyTable(lines, { frame, text, mayUndo })}
  </section>`
}

/** Each maker of a list that wants to be named, once. */
function creditLines(sentence: string, lists: readonly ListState[]): readonly Html[] {
  const credits = new Map(
    lists.flatMap(({ url }) => {
      const credit = creditOf(url)
      return credit === null ? [] : [[credit.by, credit] as const]
    }),
  )
  return [...credits.values()].map(
    ({ by, licence, licenceUrl }) =>
      html`<p class="soft">
        ${fill(sentence, { who: by, licence: html`<a href="${licenceUrl}">${licence}</a>` })}
      </p>`,
  )
}

function filterSection(view: AdminView, filters: readonly ShownFilter[]): Html {
  const { filtering: words } = view.text
  return html`<section class="card" aria-labelledby="levels">
    <h2 id="levels">${words.levels}</h2>
    <p class="soft">${words.levelsLead}</p>
    ${filters.length === 0 ? html`<p>${words.noLevels}</p>` : levelTable(view, filters, words.levels)}
  </section>`
}

function liftSection({ text, frame }: AdminView, lifts: readonly ShownLift[]): Html {
  const { filtering: words } = text
  return html`<section class="card rows" aria-labelledby="lifts">
    <h2 id="lifts">${words.lifts}</h2>
    ${lifts.map((lift) => {
      const { subject, endsAt, madeBy, reason } = lift
      const what = subject === null ? words.all : subjectName(subject, frame.language)
      const where = `${whereOf(lift, text)}, ${networkOf(lift.network, text)}`
      return html`<p class="row">
        <span
          >${fill(words.lifted, { what, where, when: when(endsAt, frame), who: madeBy })}<br /><span
            class="soft"
            ><bdi>${reason}</bdi></span
          ></span
        >
      </p>`
    })}
  </section>`
}
