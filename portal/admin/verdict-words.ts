import { html } from 'hono/html'
import type { FilterVerdict } from '../filter/verdict.ts'
import type { Html } from '../pages/html.ts'
import { categoryName } from '../text/category-name.ts'
import { fill } from '../text/fill.ts'
import type { AdminView } from './admin-request.ts'

/** What the filter says of a name, and by which lists it might be blocked where it is not. */
export function verdictIn({ text, frame }: AdminView, name: string, verdict: FilterVerdict): Html {
  const { filtering: words } = text
  if (verdict.outcome === 'unknown') return fill(words.verdicts.unknown, { name })
  if (verdict.outcome === 'free') {
    const listed = verdict.listed?.map((category) => categoryName(category, frame.language)) ?? []
    const said = fill(words.verdicts.free, { name })
    if (listed.length === 0) return said
    return html`${said} ${fill(words.verdicts.listed, { categories: listed.join(', ') })}`
  }
  const { cause, category, reference } = verdict
  const said =
    category === null
      ? fill(words.verdicts[cause === 'rule' ? 'rule' : 'other'], { name })
      : fill(words.verdicts.category, { name, category: categoryName(category, frame.language) })
  return html`${said}
  ${reference !== null && html`<span class="soft">${fill(words.reference, { reference })}</span>`}`
}
