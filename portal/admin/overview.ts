import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listHourCounts } from '#db/admin/hour-counts.ts'
import { listJobs } from '#db/admin/jobs.ts'
import {
  associationStates,
  countHouse,
  troubledGateways,
  waitingThings,
} from '#db/admin/overview.ts'
import type { HouseCounts } from '#db/admin/overview.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { activitySection } from './activity.ts'
import { sendAdminPage } from './admin-page.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { associationSection } from './associations.ts'
import { askedFor } from './fields.ts'
import { jobSection } from './jobs.ts'
import { numberIn } from './numbers.ts'
import { troubleSection } from './trouble.ts'

const NOTHING_WAITS = { lists: [], requests: 0, channels: [] }

/** `GET /admin?span=days`: what is wrong, first; then where, and how much. */
export function overview(services: Services): Handler {
  return withRight(services, 'sites.read', async (view) => {
    const { c, sql, frame, text, rights } = view
    const mayJobs = rights.has('jobs.read')
    const span = askedFor(view, 'span') === 'days' ? 'days' : 'hours'
    const gateways = rights.has('gateways.read') ? await troubledGateways(sql) : []
    const waiting = rights.has('rules.read') ? await waitingThings(sql) : NOTHING_WAITS
    const counts = await countHouse(sql)
    const associations = await associationStates(sql)
    const hours = await listHourCounts(sql, rights.reach('sites.read'), span, frame.zone)
    const jobs = mayJobs ? await listJobs(sql) : []
    // What this process says of itself is of the whole house.
    const own = mayJobs ? services.health() : []
    const connected = associations.reduce((sum, one) => sum + one.connected, 0)
    return sendAdminPage(c, services, {
      ...{ frame, title: text.overview.title },
      ...{ scripts: ['uplot', 'charts'], styles: ['uplotStyle'] },
      main: html`<h1>${text.overview.title}</h1>
        <p class="lead">${text.overview.lead}</p>
        ${rights.conflict && html`<p class="error">${text.conflict}</p>`}
        ${troubleSection(view, { own, jobs, gateways, waiting })}
        ${numbers(view, counts, connected)} ${associationSection(view, associations)}
        ${activitySection(view, hours, { span, now: services.clock() })}
        ${mayJobs && jobSection(view, jobs)}`,
    })
  })
}

function numbers(
  { text: { overview: words }, frame: { language } }: AdminView,
  counts: HouseCounts,
  connected: number,
): Html {
  const shown = [
    [words.sites, counts.sites],
    [words.gateways, counts.gateways],
    [words.neverHeard, counts.neverHeard],
    [words.rules, counts.rules],
    [words.connectedNow, connected],
  ] as const
  return html`<section class="card" aria-labelledby="numbers">
    <h2 id="numbers">${words.inNumbers}</h2>
    <dl class="figures">
      ${shown.map(
        ([name, count]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${numberIn(count, language)}</dd>
          </div>`,
      )}
    </dl>
  </section>`
}
