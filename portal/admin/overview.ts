import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listJobs } from '#db/admin/jobs.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import { countHouse, troubledGateways } from '#db/admin/overview.ts'
import type { HouseCounts, TroubledGateway } from '#db/admin/overview.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { jobSection } from './jobs.ts'
import { when } from './pieces.ts'

/** `GET /admin`: what is wrong, first. */
export function overview(services: Services): Handler {
  return withRight(services, 'sites.read', async (view) => {
    const { c, sql, frame, text, rights } = view
    const mayJobs = rights.has('jobs.read')
    const gateways = rights.has('gateways.read') ? await troubledGateways(sql) : []
    const counts = await countHouse(sql)
    const jobs = mayJobs ? await listJobs(sql) : []
    return sendAdminPage(c, services, {
      ...{ frame, title: text.overview.title },
      main: html`<h1>${text.overview.title}</h1>
        <p class="lead">${text.overview.lead}</p>
        ${rights.conflict && html`<p class="error">${text.conflict}</p>`}
        ${wrong(view, gateways, jobs)} ${numbers(view, counts)} ${mayJobs && jobSection(view, jobs)}`,
    })
  })
}

function wrong(
  { text: { overview: words }, frame }: AdminView,
  gateways: readonly TroubledGateway[],
  jobs: readonly AdminJob[],
): Html {
  const failed = jobs.filter(({ failure }) => failure !== null)
  const isAllRight = gateways.length + failed.length === 0
  return html`<section class="card rows" aria-labelledby="wrong">
    <h2 id="wrong">${words.wrong}</h2>
    ${isAllRight && html`<p>${words.nothingWrong}</p>`}
    ${failed.map(
      ({ name, failure }) =>
        html`<p class="row">
          <span>${fill(words.jobFailed, { name, reason: failure ?? '' })}</span>
        </p>`,
    )}
    ${gateways.map(({ gateway, site, siteName, trouble, heardAt, clockSkewMs }) => {
      const said =
        trouble === 'silent' && heardAt !== null
          ? fill(words.silent, { when: when(heardAt, frame.language) })
          : fill(words.clock, { seconds: String(Math.round((clockSkewMs ?? 0) / 1000)) })
      return html`<p class="row">
        <span
          ><strong><bdi>${gateway}</bdi></strong> (<a href="${PLACES_PATH}/${site}"
            ><bdi>${siteName}</bdi></a
          >) ${said}<br /><span class="soft"
            >${trouble === 'silent' ? words.silentToDo : words.clockToDo}</span
          ></span
        >
      </p>`
    })}
  </section>`
}

function numbers({ text: { overview: words } }: AdminView, counts: HouseCounts): Html {
  return html`<section class="card" aria-labelledby="numbers">
    <h2 id="numbers">${words.inNumbers}</h2>
    <dl>
      <dt>${words.sites}</dt>
      <dd>${counts.sites}</dd>
      <dt>${words.gateways}</dt>
      <dd>${counts.gateways}</dd>
      <dt>${words.neverHeard}</dt>
      <dd>${counts.neverHeard}</dd>
      <dt>${words.rules}</dt>
      <dd>${counts.rules}</dd>
    </dl>
  </section>`
}
