import { html } from 'hono/html'
import { rulesOfName } from '#db/admin/filtering.ts'
import type { AdminRule } from '#db/admin/rules.ts'
import { findSite } from '#db/admin/sites.ts'
import { domain } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { FILTERING_PATH, RULES_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, choice, field } from './fields.ts'
import { table } from './pieces.ts'
import { ruleCells } from './rules.ts'
import { verdictIn } from './verdict-words.ts'

/** *Why is this blocked?*: the filter itself is asked, as a device of that place would ask it now. */
export async function whySection(services: Services, view: AdminView): Promise<Html> {
  const { text } = view
  const { filtering: words } = text
  const name = askedFor(view, 'name', 300)
  const site = askedFor(view, 'site')
  const network = askedFor(view, 'network') === 'staff' ? 'staff' : 'guest'
  const answer = name === '' ? null : await answerFor(services, view, { name, site, network })
  return html`<section class="card" aria-labelledby="why">
    <h2 id="why">${words.why}</h2>
    <form method="get" action="${FILTERING_PATH}">
      <div class="pair">
        <div>
          ${field({ name: 'name', label: words.name, value: name, required: true, maxlength: 300, isCode: true })}
        </div>
        <div>
          ${field({ name: 'site', label: words.site, value: site, maxlength: 64, isCode: true })}
        </div>
        <div>
          ${choice({ name: 'network', label: text.rules.network, value: network }, [
            ['guest', text.guest],
            ['staff', text.staff],
          ])}
        </div>
      </div>
      <button>${words.ask}</button>
    </form>
    ${answer !== null && html`<div role="status">${answer}</div>`}
  </section>`
}

async function answerFor(
  services: Services,
  view: AdminView,
  asked: { readonly name: string; readonly site: string; readonly network: 'guest' | 'staff' },
): Promise<Html> {
  const { sql, text } = view
  const { filtering: words } = text
  const read = domain.safeParse(asked.name)
  if (!read.success) return html`<p class="error">${words.noName}</p>`
  const place = asked.site === '' ? null : await findSite(sql, asked.site)
  if (asked.site !== '' && place === null) {
    return html`<p class="error">${text.refusals['unknown-site']}</p>`
  }
  const network = place === null ? null : { site: place.code, kind: asked.network }
  const verdict = await services.askFilter(read.data, network)
  const rules = await rulesOfName(sql, read.data, place, asked.network)
  return html`<p class="note">${verdictIn(view, read.data, verdict)}</p>
    ${rules.length > 0 && ruleTable(view, rules)}
    ${
      verdict.outcome === 'blocked' &&
      view.rights.has('rules.write') &&
      html`<p><a href="${RULES_PATH}#add">${words.allowIt}</a></p>`
    }`
}

function ruleTable({ text }: AdminView, rules: readonly AdminRule[]): Html {
  const { rules: words, filtering } = text
  const rows = rules.map((rule) => [
    ...ruleCells(rule, text),
    rule.note !== null && html`<bdi>${rule.note}</bdi>`,
  ])
  const heads = [words.domain, words.action, words.network, words.where, words.until, words.note]
  return html`<h3>${filtering.rulesOfName}</h3>
    ${table(filtering.rulesOfName, heads, rows)}`
}
