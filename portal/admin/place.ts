import type { Handler } from 'hono'
import { z } from 'zod'
import { html } from 'hono/html'
import { placeChanges } from '#db/admin/changes.ts'
import type { HistoryLine } from '#db/admin/changes.ts'
import { filtersAt } from '#db/admin/filtering.ts'
import type { ShownFilter } from '#db/admin/filtering.ts'
import { gatewaySignsAt } from '#db/admin/gateway-signs.ts'
import { networksOf } from '#db/admin/networks.ts'
import type { AdminNetwork } from '#db/admin/networks.ts'
import { rulesAt } from '#db/admin/place-page.ts'
import type { AdminRule } from '#db/admin/rules.ts'
import { changeSite, findSite } from '#db/admin/sites.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import { line } from '../api/admin/schemas.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH, RULES_PATH, SESSIONS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'
import { levelTable } from './level-table.ts'
import { historyTable, networkOf, table, whereOf } from './pieces.ts'
import { gatewaySection } from './place-gateways.ts'
import { unreadable } from './settle.ts'

const CHANGES = 20
/** In one line, as on a letter; empty for none. */
const postalAddress = z.string().regex(/^\P{Cc}{0,300}$/u)

/** `GET /admin/places/CODE` */
export function place(services: Services): Handler {
  return withRight(services, 'sites.read', (view) => {
    const isAdded = new URL(view.c.req.url).searchParams.has('added')
    const isSaved = new URL(view.c.req.url).searchParams.has('saved')
    const note = isAdded ? view.text.places.added : isSaved ? view.text.rules.saved : null
    return sendPlace(services, view, { note, problem: null })
  })
}

/** `POST /admin/places/CODE`: its name and where it is. */
export function changePlace(services: Services): Handler {
  return withRight(services, 'sites.write', async (view) => {
    const { c, sql, text, doer } = view
    const form = formOf(c)
    const code = c.req.param('code') ?? ''
    const name = line.safeParse(form.get('name') ?? '')
    if (!name.success) {
      const problem = unreadable(view, text.places.name)
      return sendPlace(services, view, { note: null, problem })
    }
    const address = postalAddress.safeParse((form.get('address') ?? '').trim())
    if (!address.success) {
      const problem = unreadable(view, text.places.address)
      return sendPlace(services, view, { note: null, problem })
    }
    const etag = form.get('etag') ?? ''
    const change = {
      name: name.data,
      ...(form.has('address') ? { postalAddress: address.data === '' ? null : address.data } : {}),
    }
    const changed = await changeSite(sql, code, etag === '*' ? '' : etag, change, doer)
    if (!changed.ok) {
      return sendPlace(services, view, { note: null, problem: text.refusals[changed.refusal] })
    }
    return c.redirect(`${PLACES_PATH}/${code}?saved`, 303)
  })
}

async function sendPlace(
  services: Services,
  view: AdminView,
  { note, problem }: { readonly note: string | null; readonly problem: string | null },
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const code = c.req.param('code') ?? ''
  const site = await findSite(sql, code)
  if (site === null) return sendNothing(services, view)
  const networks = await networksOf(sql, code)
  const hasGateways = rights.has('gateways.read')
  const gateways = hasGateways ? await gatewaySignsAt(sql, code) : []
  const rules = rights.has('rules.read') ? await rulesAt(sql, site) : []
  const filters = rights.has('rules.read') ? await filtersAt(sql, site) : []
  const changes = await placeChanges(sql, { site: code, gateways: hasGateways }, CHANGES)
  const here = { association: site.association, site: code }
  const mayWrite = rights.can('sites.write', here)
  const mayUndo = ({ subject, before }: HistoryLine): boolean => {
    if (!subject.startsWith('gateway ')) return mayWrite
    // To take one away is for good, its secrets go with it: nothing for a button beside a line.
    return before !== null && rights.can('gateways.write', here)
  }
  return sendAdminPage(c, services, {
    ...{ frame, title: site.name, status: problem === null ? 200 : 422 },
    main: html`<h1><bdi>${site.name}</bdi></h1>
      <p class="lead">
        ${site.postalAddress !== null && html`<bdi>${site.postalAddress}</bdi><br />`}<bdi
          >${site.code}</bdi
        >
        · <bdi>${site.associationName}</bdi> ·
        ${site.timezone}${
          rights.has('sessions.read') &&
          html` · <a href="${SESSIONS_PATH}/${site.code}">${text.sessions.title}</a>`
        }
      </p>
      ${note !== null && html`<p class="note" role="status">${note}</p>`}
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      ${networkSection(text, networks)} ${hasGateways && gatewaySection(view, site, gateways)}
      ${ruleSection(text, rules)} ${filters.length > 0 && levelSection(view, filters)}
      ${mayWrite && editForm(view, site)}
      <section class="card" aria-labelledby="changes">
        <h2 id="changes">${text.changes.title}</h2>
        ${historyTable(changes, {
          ...{ frame, text, zone: site.timezone, mayUndo },
        })}
      </section>`,
  })
}

function networkSection(text: AdminView['text'], networks: readonly AdminNetwork[]): Html {
  const { place: words } = text
  const rows = networks.map(({ kind, ssid, vlan, subnets }) => [
    text[kind],
    ssid !== null && html`<bdi>${ssid}</bdi>`,
    vlan,
    subnets.join(', '),
  ])
  return html`<section class="card" aria-labelledby="networks">
    <h2 id="networks">${words.networks}</h2>
    ${
      rows.length === 0
        ? html`<p>${words.noNetworks}</p>`
        : table(words.networks, [words.network, words.ssid, 'VLAN', words.subnets], rows)
    }
  </section>`
}

function ruleSection(text: AdminView['text'], found: readonly Omit<AdminRule, 'etag'>[]): Html {
  const { place: words, rules } = text
  const rows = found.map((rule) => [
    html`<a href="${RULES_PATH}/${rule.id}"><bdi>${rule.domain}</bdi></a>`,
    rules[rule.action],
    networkOf(rule.network, text),
    whereOf(rule, text),
    rule.note !== null && html`<bdi>${rule.note}</bdi>`,
  ])
  const heads = [rules.domain, rules.action, rules.network, words.from, rules.note]
  return html`<section class="card" aria-labelledby="rules">
    <h2 id="rules">${words.policy}</h2>
    <p class="soft">${words.policyLead}</p>
    ${rows.length === 0 ? html`<p>${words.noRules}</p>` : table(words.policy, heads, rows)}
  </section>`
}

function levelSection(view: AdminView, filters: readonly ShownFilter[]): Html {
  const { setUp, filtering } = view.text
  return html`<section class="card" aria-labelledby="levels">
    <h2 id="levels">${setUp.filters}</h2>
    <p class="soft">${filtering.levelsLead}</p>
    ${levelTable(view, filters, setUp.filters)}
  </section>`
}

function editForm({ frame, text }: AdminView, site: AdminSite): Html {
  const { place: words } = text
  return html`<section class="card" aria-labelledby="edit">
    <h2 id="edit">${words.edit}</h2>
    ${site.declared && html`<p class="note">${text.byFileWarning}</p>`}
    <form method="post" action="${PLACES_PATH}/${site.code}">
      ${tokenField(frame)}<input type="hidden" name="etag" value="${site.etag}" />
      <label for="name">${text.places.name}</label>
      <input id="name" name="name" value="${site.name}" required maxlength="200" />
      <label for="address">${text.places.address}</label>
      <input
        id="address"
        name="address"
        value="${site.postalAddress ?? ''}"
        maxlength="300"
        autocomplete="off"
      />
      <label for="reason">${text.reason}</label>
      <input id="reason" name="reason" maxlength="500" />
      <button>${words.save}</button>
    </form>
  </section>`
}
