import { html } from 'hono/html'
import { findSite, listAssociations } from '#db/admin/sites.ts'
import type { Association } from '#db/admin/sites.ts'
import { weekOfCategories } from '#db/admin/week-of-categories.ts'
import type { CountedScope, CountedWeek } from '#db/admin/week-of-categories.ts'
import type { Html } from '../pages/html.ts'
import { categoryName } from '../text/category-name.ts'
import { fill } from '../text/fill.ts'
import { FILTERING_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, choice, field } from './fields.ts'
import { numberIn } from './numbers.ts'
import { networkOf, table, whereOf } from './pieces.ts'

/** What was blocked, and what another decision would have done last week: of the house, an association, a place. */
export async function weekSection(view: AdminView): Promise<Html> {
  const { sql, text } = view
  const { filtering: words } = text
  const associations = await listAssociations(sql)
  const scope = scopeOf(view)
  const problem =
    scope.site !== null && (await findSite(sql, scope.site)) === null
      ? text.refusals['unknown-site']
      : null
  return html`<section class="card" aria-labelledby="counts">
    <h2 id="counts">${words.counts}</h2>
    <p class="soft">${words.countsLead}</p>
    ${scopeForm(view, scope, associations)}
    ${
      problem === null
        ? counted(view, scope, await weekOfCategories(sql, scope))
        : html`<p class="error">${problem}</p>`
    }
  </section>`
}

function scopeOf(view: AdminView): CountedScope {
  const orNull = (name: string): string | null => askedFor(view, name) || null
  const network = askedFor(view, 'network')
  return {
    ...{ site: orNull('site'), association: orNull('association') },
    network: network === 'guest' || network === 'staff' ? network : null,
  }
}

function scopeForm(
  { text }: AdminView,
  { site, association, network }: CountedScope,
  associations: readonly Association[],
): Html {
  const { filtering: words } = text
  return html`<form method="get" action="${FILTERING_PATH}#counts">
    <div class="pair">
      <div>
        ${choice(
          {
            id: 'of-association',
            name: 'association',
            label: words.ofAssociation,
            value: association ?? '',
          },
          [
            ['', words.ofAll],
            ...associations.map(({ code, name }) => [code, `${code} ${name}`] as const),
          ],
        )}
      </div>
      <div>
        ${field({ id: 'of-site', name: 'site', label: words.site, value: site ?? '', maxlength: 64, isCode: true })}
      </div>
      <div>
        ${choice(
          { id: 'of-network', name: 'network', label: text.rules.network, value: network ?? '' },
          [
            ['', text.both],
            ['guest', text.guest],
            ['staff', text.staff],
          ],
        )}
      </div>
    </div>
    <button>${words.count}</button>
  </form>`
}

function counted(
  { text, frame: { language } }: AdminView,
  scope: CountedScope,
  { all, categories }: CountedWeek,
): Html {
  const { filtering: words } = text
  const builtIn: Readonly<Record<string, string>> = words.builtIn
  const name = (category: string): string =>
    Object.hasOwn(builtIn, category)
      ? (builtIn[category] ?? category)
      : categoryName(category, language)
  const number = (n: number): string => numberIn(n, language)
  const asked = categories.filter(({ week, passed }) => week + (passed ?? 0) > 0)
  const unasked = categories.filter(({ week, passed }) => week + (passed ?? 0) === 0)
  const rows = asked.map(({ category, hour, day, week, passed }) => [
    ...[name(category), number(week), passed === null ? words.noList : number(passed)],
    ...[number(day), number(hour)],
  ])
  const heads = [words.category, words.thisWeek, words.passed, words.thisDay, words.thisHour]
  const where = `${whereOf(scope, text)}, ${networkOf(scope.network, text)}`
  return html`<h3>${fill(words.ofWeek, { all: number(all), where })}</h3>
    ${rows.length > 0 && table(words.counts, heads, rows)}
    ${
      unasked.length > 0 &&
      html`<p class="soft">
        ${fill(words.unasked, { categories: unasked.map(({ category }) => name(category)).join(', ') })}
      </p>`
    }`
}
