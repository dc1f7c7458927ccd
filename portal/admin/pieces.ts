import { html, raw } from 'hono/html'
import { withoutPassword } from '#db/admin/changes.ts'
import type { HistoryLine, Snapshot } from '#db/admin/changes.ts'
import type { AdminRule } from '#db/admin/rules.ts'
import { canBeUndone } from '#db/admin/undo.ts'
import type { Html } from '../pages/html.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { StaffFrame } from '../staff/staff-layout.ts'
import { formatDay } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import type { AdminText } from '../text/admin-fr.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { UNDO_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'

/** Of a day as dates are kept, `2026-12-31`. */
export function dayOf(day: string, language: StaffLanguage): string {
  return formatDay(new Date(`${day}T00:00:00Z`), language, 'UTC')
}

const DAY_MS = 86_400_000

/** The last day that counts, as a date field has it: `2026-12-31`. */
export function lastDay(until: Date | null): string {
  return until === null ? '' : new Date(until.getTime() - 1).toISOString().slice(0, 10)
}

/** The end of that day, in UTC; null for no day, undefined for what is none. */
export function endOfDay(day: string): Date | null | undefined {
  if (day === '') return null
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  const start = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(start) ? undefined : new Date(start + DAY_MS)
}

export function whereOf(
  { site, association }: Pick<AdminRule, 'site' | 'association'>,
  text: AdminText,
): string {
  if (site !== null) return text.ofPlace.replace('{code}', () => site)
  if (association !== null) return text.ofAssociation.replace('{code}', () => association)
  return text.everywhere
}

export function networkOf(network: AdminRule['network'], text: AdminText): string {
  return network === null ? text.both : text[network]
}

/** What was just done, where the address says so. */
export function savedNote({ c, text }: Pick<AdminView, 'c' | 'text'>): Html {
  const asked = new URL(c.req.url).searchParams
  const said = (['saved', 'removed', 'undone'] as const).find((name) => asked.has(name))
  return html`${said !== undefined && html`<p class="note" role="status">${text.done[said]}</p>`}`
}

/** The way on through a list, and back to its beginning. */
export function pageLinks(
  text: AdminText,
  path: string,
  page: { readonly isFirst: boolean; readonly next: Readonly<Record<string, string>> | null },
): Html {
  const { isFirst, next } = page
  return html`${!isFirst && html`<p><a href="${path}">${text.first}</a></p>`}
  ${next !== null && html`<p><a href="${path}?${new URLSearchParams(next).toString()}">${text.next}</a></p>`}`
}

/** Reasons are English: whoever listens to the page hears them so. */
export function asProgram(said: string): Html {
  return html`<bdi lang="en">${said}</bdi>`
}

/** What stands in a cell; false and null are nothing. */
export type Cell = Html | string | number | false | null

/** So many columns fit a phone. */
const MOST_ON_A_PHONE = 3

/**
 * A table. On a phone each row of one with many columns is a block, the first cell its title and the name of its column
 * beside each other; where those are `figures` they stay columns, below the title. What is too wide even so moves
 * sideways by itself, for a keyboard too.
 */
export function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  { figures = false }: { readonly figures?: boolean } = {},
): Html {
  const stacks = !figures && heads.length > MOST_ON_A_PHONE
  const shape = stacks ? 'stacks' : figures ? 'sums' : null
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">
    <table ${shape !== null && html`class="${shape}"`}>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((cells) => row(cells, stacks ? heads : []))}
      </tbody>
    </table>
  </div>`
}

const ROW = raw('<tr>')
const ROW_END = raw('</tr>')

/** There are many: without a character that is not needed, as the formatter would put between tags. */
function row(cells: readonly Cell[], names: readonly string[]): Html {
  const cell = (content: Cell, i: number): Html => {
    const isNamed = i > 0 && i < names.length && content !== false && content !== null
    return isNamed && content !== ''
      ? html`<td data-of="${names[i]}">${content}</td>`
      : html`<td>${content}</td>`
  }
  return html`${ROW}${cells.map(cell)}${ROW_END}`
}

/** Who changed what, and the way back where there is one and this person may go it. */
export function historyTable(
  lines: readonly HistoryLine[],
  {
    frame,
    text,
    zone,
    mayUndo,
  }: {
    frame: StaffFrame
    text: AdminText
    /** Of the place that it is the history of. */
    zone?: string
    mayUndo: (line: HistoryLine) => boolean
  },
): Html {
  const { changes } = text
  if (lines.length === 0) return html`<p class="soft">${changes.none}</p>`
  const rows = lines.map((line) => {
    const at = when(line.at, frame, zone)
    const label = changes.undoNamed
      .replace('{subject}', () => line.subject)
      .replace('{when}', () => at)
    return [
      at,
      html`<bdi>${line.actor}</bdi>`,
      html`<bdi>${subjectOf(line, changes)}</bdi
        >${line.reason !== null && html`<br /><span class="soft"><bdi>${line.reason}</bdi></span>`}`,
      html`<div class="differs">${difference(line, changes)}</div>`,
      mayUndo(line) &&
        canBeUndone(line) &&
        html`<form method="post" action="${UNDO_PATH}">
          ${tokenField(frame)}<input type="hidden" name="change" value="${line.id}" />
          <input type="hidden" name="kind" value="${line.subject.split(' ')[0] ?? ''}" />
          <button class="quiet" aria-label="${label}">${changes.undo}</button>
        </form>`,
    ]
  })
  const heads = [changes.when, changes.who, changes.what, changes.beforeAfter, changes.undo]
  return table(changes.title, heads, rows)
}

/** `rule example.org guest`, its kind in the reader's language. */
function subjectOf({ subject }: HistoryLine, { kinds }: AdminText['changes']): string {
  const [kind = '', ...rest] = subject.split(' ')
  return [wordOf(kinds, kind), ...rest].join(' ')
}

/** What a part of the house calls it, where it is none that pages know. */
function wordOf(words: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name
}

/** Of a whole text its beginning: its own page shows the difference. */
const LONGEST_SAID = 160
/** SHA-256, of which the beginning tells two apart. */
const DIGEST = /\b[0-9a-f]{64}\b/g
const UNSAID = new Set(['declared', 'made_by', 'made_at', 'provisional'])

function isNothing(value: Snapshot[string] | undefined): value is null | undefined {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

/** Only what is another: `name: A → B`. */
function difference(
  { before, after }: HistoryLine,
  { nothing, fields, change }: AdminText['changes'],
): Html {
  const columns = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const shown = (row: Snapshot | null, column: string): string => {
    const value = row?.[column]
    if (isNothing(value)) return nothing
    const text = Array.isArray(value) ? value.join(', ') : value
    const said = withoutPassword(typeof text === 'string' ? text : JSON.stringify(text)).replaceAll(
      DIGEST,
      (digest) => `${digest.slice(0, 8)}…`,
    )
    return said.length > LONGEST_SAID ? `${said.slice(0, LONGEST_SAID)}…` : said
  }
  const others = columns.filter(
    (column) =>
      !UNSAID.has(column) &&
      !(isNothing(before?.[column]) && isNothing(after?.[column])) &&
      JSON.stringify(before?.[column] ?? null) !== JSON.stringify(after?.[column] ?? null),
  )
  return html`${others.map(
    (column, i) =>
      html`${i > 0 && html`<br />`}${fill(change, {
        field: wordOf(fields, column),
        before: shown(before, column),
        after: shown(after, column),
      })}`,
  )}`
}
