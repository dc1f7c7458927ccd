import { html } from 'hono/html'
import type { ShownFilter } from '#db/admin/filtering.ts'
import type { Html } from '../pages/html.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import type { AdminView } from './admin-request.ts'
import { categoryName } from '../text/category-name.ts'
import { networkOf, table, whereOf } from './pieces.ts'

/** What each level blocks and lets through, and where that comes from. */
export function levelTable(
  { text, frame }: AdminView,
  filters: readonly ShownFilter[],
  label: string,
): Html {
  const { filtering: words } = text
  const said = (all: readonly string[]): string =>
    all.map((subject) => subjectName(subject, frame.language)).join(', ')
  const rows = filters.map((filter) => [
    html`${whereOf(filter, text)}<bdi>${filter.device !== null && html` · ${filter.device}`}</bdi>`,
    networkOf(filter.network, text),
    filter.hours.length === 0 ? words.always : filter.hours.join(' ; '),
    html`${said([...filter.imposed, ...filter.block])}
    ${filter.imposed.length > 0 && html`<span class="tag">${words.imposed}</span>`}`,
    said([...filter.allow, ...filter.trust]),
  ])
  const heads = [text.rules.where, text.rules.network, words.hours, words.blocks, words.allows]
  return table(label, heads, rows)
}

/** A category by its name; `list:NAME` and `service:NAME` as they are declared. */
export function subjectName(subject: string, language: StaffLanguage): string {
  return subject.includes(':') ? subject : categoryName(subject, language)
}
