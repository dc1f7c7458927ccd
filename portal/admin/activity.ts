import { html } from 'hono/html'
import { SPANS } from '#db/admin/hour-counts.ts'
import type { CountKind, HourCount, Span } from '#db/admin/hour-counts.ts'
import type { Html } from '../pages/html.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { reasonIn } from '../text/logins/tell.ts'
import { ADMIN_HOME } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { categoryName } from '../text/category-name.ts'
import { chart } from './chart.ts'
import { numberIn } from './numbers.ts'
import { table } from './pieces.ts'

/** Columns of the table that all charts are pictures of, after the one of the time. */
const COLUMNS = [
  { name: 'connectedGuest', kind: 'connected', of: 'guest' },
  { name: 'connectedStaff', kind: 'connected', of: 'staff' },
  { name: 'joinGuest', kind: 'join', of: 'guest' },
  { name: 'joinStaff', kind: 'join', of: 'staff' },
  { name: 'failure', kind: 'failure', of: null },
  { name: 'blocked', kind: 'blocked', of: null },
] as const satisfies readonly {
  readonly kind: CountKind
  readonly of: string | null
  name: string
}[]

const KINDS: readonly CountKind[] = ['connected', 'join', 'failure', 'blocked']
const MOST_NAMES = 10

/** How much there was of what, in the last day or the last month, and what made most of it. */
export function activitySection(
  view: AdminView,
  counts: readonly HourCount[],
  { span, now }: { readonly span: Span; readonly now: number },
): Html {
  const { text, frame } = view
  const { overview: words } = text
  const rows = stepsOf(counts, { span, now, zone: frame.zone }).map(({ at, counted }) => ({
    at,
    values: COLUMNS.map(({ kind, of }) => sumOf(counted, kind, of)),
  }))
  const figures = KINDS.map((kind) => {
    const columns = COLUMNS.flatMap((column, i) => (column.kind === kind ? [i] : []))
    const series = columns.map((i) => ({
      label: words.columns[COLUMNS[i]?.name ?? 'failure'],
      values: rows.map(({ values }) => values[i] ?? 0),
    }))
    const totals = rows.map(({ values }) => columns.reduce((sum, i) => sum + (values[i] ?? 0), 0))
    const most = words.most.replace('{n}', () => numberIn(Math.max(...totals), frame.language))
    // The first column of the table is the time.
    return chart(words.charts[kind], series, { columns: columns.map((i) => i + 1), most })
  })
  return html`<section class="card" aria-labelledby="activity">
    <h2 id="activity">${words.activity}</h2>
    <ul class="tabs">
      ${(['hours', 'days'] as const).map(
        (one) =>
          html`<li>
            <a
              href="${ADMIN_HOME}?span=${one}#activity"
              ${one === span && html`aria-current="true"`}
              >${words.spans[one]}</a
            >
          </li>`,
      )}
    </ul>
    ${counts.length === 0 && html`<p>${words.noActivity}</p>`}
    <div class="charts">${figures}</div>
    <details>
      <summary>${words.numbersTable}</summary>
      ${numbersTable(view, rows, span)}
    </details>
    <div class="pair">${ranking(view, counts, 'failure')} ${ranking(view, counts, 'blocked')}</div>
  </section>`
}

interface Step {
  readonly at: Date
  readonly counted: readonly HourCount[]
}

/** Every hour or day up to now, those without anything too. */
function stepsOf(
  counts: readonly HourCount[],
  { span, now, zone }: { readonly span: Span; readonly now: number; readonly zone: string },
): readonly Step[] {
  const key = keyOf(span, zone)
  const byKey = Map.groupBy(counts, ({ at }) => key(at))
  const stepMs = span === 'hours' ? 3_600_000 : 86_400_000
  return Array.from({ length: SPANS[span] }, (_, i) => {
    const at = new Date(now - (SPANS[span] - 1 - i) * stepMs)
    const begun = span === 'hours' ? new Date(Math.floor(at.getTime() / stepMs) * stepMs) : at
    return { at: begun, counted: byKey.get(key(at)) ?? [] }
  })
}

/** The same for all instants of an hour, or of a day by the organisation’s clock, whatever the clocks did that day. */
function keyOf(span: Span, timeZone: string): (at: Date) => string {
  if (span === 'hours') return (at) => at.toISOString().slice(0, 13)
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  return (at) => day.format(at)
}

function sumOf(counted: readonly HourCount[], kind: CountKind, of: string | null): number {
  return counted
    .filter((one) => one.kind === kind && (of === null || one.name === of))
    .reduce((sum, { n }) => sum + n, 0)
}

interface NumbersRow {
  readonly at: Date
  readonly values: readonly number[]
}

function numbersTable(
  { text: { overview: words }, frame: { language, zone } }: AdminView,
  rows: readonly NumbersRow[],
  span: Span,
): Html {
  const format = span === 'hours' ? HOUR : DAY
  const written = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    ...{ ...format, timeZone: zone },
  })
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${words.numbersTable}">
    <table id="activity-table" data-zone="${zone}" data-step="${span === 'hours' ? 'hour' : 'day'}">
      <thead>
        <tr>
          <th scope="col">${words.times[span]}</th>
          ${COLUMNS.map(({ name }) => html`<th scope="col">${words.columns[name]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => stepRow(row, written.format(row.at), language))}
      </tbody>
    </table>
  </div>`
}

function stepRow({ at, values }: NumbersRow, said: string, language: StaffLanguage): Html {
  const cells = values.map((n) => html`<td>${numberIn(n, language)}</td>`)
  return html`<tr data-at="${Math.round(at.getTime() / 1000)}" data-n="${values.join(' ')}">
    <th scope="row">${said}</th>
    ${cells}
  </tr>`
}

const HOUR = { weekday: 'short', hour: '2-digit', minute: '2-digit' } as const
const DAY = { weekday: 'short', day: 'numeric', month: 'short' } as const

/** What there was most of, with what it means and what helps. */
function ranking(
  { text: { overview: words }, frame: { language } }: AdminView,
  counts: readonly HourCount[],
  kind: 'failure' | 'blocked',
): Html {
  const sums = new Map<string, number>()
  for (const one of counts) {
    if (one.kind === kind) sums.set(one.name, (sums.get(one.name) ?? 0) + one.n)
  }
  const most = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, MOST_NAMES)
  const isFailure = kind === 'failure'
  const rows = most.map(([name, n]) => {
    const reason = isFailure ? reasonIn(name, language) : null
    return [
      html`${isFailure ? (reason?.what ?? name) : categoryName(name, language)}
      ${
        reason !== null &&
        html`<details>
          <summary>${words.toDo}</summary>
          ${reason.toDo}
        </details>`
      }`,
      numberIn(n, language),
    ]
  })
  const title = isFailure ? words.reasons : words.categories
  const none = isFailure ? words.noFailures : words.noBlocked
  const head = isFailure ? words.reason : words.category
  return html`<div>
    <h3>${title}</h3>
    ${rows.length === 0 ? html`<p>${none}</p>` : table(title, [head, words.howOften], rows)}
  </div>`
}
