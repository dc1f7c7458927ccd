import { html } from 'hono/html'
import { findSite, listAssociations } from '#db/admin/sites.ts'
import type { RuleWish } from '#db/admin/rules.ts'
import { categoriesOf, lastWeekOf } from '../api/admin/last-week.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { categoryName } from '../text/category-name.ts'
import { fill } from '../text/fill.ts'
import type { AdminView } from './admin-request.ts'
import { numberIn } from './numbers.ts'
import { networkOf, whereOf } from './pieces.ts'
import { verdictIn } from './verdict-words.ts'

/** Where a preview is put, by htmx or with the page. */
const PREVIEW_ID = 'preview'

export type Previewed = Pick<RuleWish, 'domain' | 'site' | 'association' | 'network'>

/** Sends the form it is in to be looked at only: by htmx beside it, else as the same page with the preview. */
export function previewButton({ text }: Pick<AdminView, 'text'>, path: string, id: string): Html {
  return html`<button
    class="quiet"
    name="preview"
    value="yes"
    formaction="${path}#${id}"
    formnovalidate
    hx-post="${path}"
    hx-target="#${PREVIEW_ID}"
  >
    ${text.rules.preview.button}
  </button>`
}

export function previewPlace(preview: Html | null): Html {
  return html`<div id="${PREVIEW_ID}" aria-live="polite">${preview}</div>`
}

/** What the filter says of a name now, and what last week was of the categories that it is of. */
export async function previewOf(
  services: Services,
  view: AdminView,
  wish: Previewed,
): Promise<Html> {
  const { sql, text, frame } = view
  const { preview: words } = text.rules
  const { domain, site, association, network } = wish
  const place = site === null ? null : await findSite(sql, site)
  if (site !== null && place === null) {
    return html`<p class="error">${text.refusals['unknown-site']}</p>`
  }
  const within = association === null ? [] : await listAssociations(sql)
  if (association !== null && !within.some(({ code }) => code === association)) {
    return html`<p class="error">${text.refusals['unknown-association']}</p>`
  }
  const kinds = network === null ? (['guest', 'staff'] as const) : [network]
  const verdicts = await Promise.all(
    place === null
      ? [services.askFilter(domain, null)]
      : kinds.map((kind) => services.askFilter(domain, { site: place.code, kind })),
  )
  const said = verdicts.map((verdict, i) => {
    const sentence = verdictIn(view, domain, verdict)
    const at = { network: text[kinds[i] ?? 'guest'], said: sentence }
    return html`<p>${place === null ? sentence : fill(words.at, at)}</p>`
  })
  const found = verdicts.map(categoriesOf)
  const categories = [...new Set(found.flatMap((some) => some ?? []))]
  const isUnsaid = found.includes(null)
  const week = categories.length === 0 ? null : await lastWeekOf(sql, categories, wish)
  const where = `${whereOf(wish, text)}, ${networkOf(network, text)}`
  const number = (n: number): string => numberIn(n, frame.language)
  return html`<h3>${words.title}</h3>
    ${said} ${place === null && html`<p class="soft">${words.nowhere}</p>`}
    ${week?.categories.map(({ category, week: blocked, passed }) => {
      const numbers = { blocked: number(blocked), all: number(week.all) }
      const shown = { ...numbers, category: categoryName(category, frame.language), where }
      return html`<p>
        ${passed === null ? fill(words.weekBlocked, shown) : fill(words.week, { ...shown, passed: number(passed) })}
      </p>`
    })}
    <p class="soft">
      ${categories.length > 0 ? words.ofCategory : isUnsaid ? words.unsaid : words.noList}
    </p>`
}
