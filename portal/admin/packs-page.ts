import { html } from 'hono/html'
import { EVERYWHERE } from '#core/rights.ts'
import { listJobs } from '#db/admin/jobs.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import { isApproved, isOfAsker, listExportRequests } from '#db/export/export-requests.ts'
import type { ExportRequest } from '#db/export/export-requests.ts'
import { listHolds } from '#db/holds.ts'
import type { Hold } from '#db/holds.ts'
import { sealingState } from '#db/sealing/seals.ts'
import type { SealingState } from '#db/sealing/seals.ts'
import type { Html } from '../pages/html.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { LOGS_PATH, PACKS_PATH } from './admin-paths.ts'
import { jobName, jobSaid } from './jobs.ts'
import { reachOf } from './log-request.ts'
import type { LogView } from './log-request.ts'
import { criteriaLine } from './log-words.ts'
import { asProgram, table } from './pieces.ts'

/** What a form did, by the word that its redirection adds to the address. */
const DEEDS = ['asked', 'approved', 'held', 'released'] as const

export async function sendPacks(view: LogView, problem: string | null): Promise<Response> {
  const { c, services, frame, text, log, rights, doer } = view
  const { packs: words } = text
  const asked = new URL(c.req.url).searchParams
  const done = DEEDS.find((deed) => asked.has(deed))
  const requests = await within(
    view,
    await listExportRequests(log),
    ({ criteria }) => criteria.site,
  )
  const holds = await within(view, await listHolds(log, true), ({ criteria }) => {
    const { site } = criteria
    return typeof site === 'string' ? site : null
  })
  const sealing = await sealingState(log.sql)
  // When a job ran is nothing of anybody's.
  const scope = { actor: doer.actor, reach: EVERYWHERE }
  const jobs = await services.admin.transaction(scope, listJobs)
  return sendAdminPage(c, services, {
    ...{ frame, title: words.title, status: problem === null ? 200 : 422 },
    main: html`<h1>${words.title}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      ${done !== undefined && html`<p class="note" role="status">${words.done[done]}</p>`}
      <p class="lead">${words.lead}</p>
      <section class="card" aria-labelledby="packs">
        <h2 id="packs">${words.packs}</h2>
        ${
          requests.length === 0
            ? html`<p>${words.noPacks}</p>
                ${rights.has('logs.search') && html`<p><a href="${LOGS_PATH}">${text.logs.title}</a></p>`}`
            : packTable(view, requests)
        }
      </section>
      <section class="card" aria-labelledby="holds">
        <h2 id="holds">${words.holds}</h2>
        ${holds.length === 0 ? html`<p>${words.noHolds}</p>` : holdTable(view, holds)}
      </section>
      ${keeping(view, sealing, jobs)}`,
  })
}

/** Those of whose rows this person may have one thing or the other. */
async function within<T>(
  view: LogView,
  all: readonly T[],
  siteOf: (one: T) => string | null,
): Promise<readonly T[]> {
  const sites = [...new Set(all.map(siteOf))]
  const finds = await reachOf(view, 'logs.search', sites)
  const approves = await reachOf(view, 'logs.approve', sites)
  return all.filter((one) => finds(siteOf(one)) || approves(siteOf(one)))
}

function packTable(view: LogView, requests: readonly ExportRequest[]): Html {
  const { text, frame } = view
  const { packs: words, changes } = text
  const rows = requests.map((request) => [
    html`<strong><bdi>${request.caseRef}</bdi></strong
      ><br /><span class="soft">${request.code}</span>`,
    criteriaLine(request.criteria, text),
    html`<bdi>${request.reason}</bdi>`,
    html`<bdi>${request.requestedBy}</bdi><br />${when(request.requestedAt, frame)}`,
    answerTo(view, request),
  ])
  return table(
    words.packs,
    [words.case, changes.what, text.requests.why, words.askedBy, words.agreed],
    rows,
  )
}

/** The second person's button, or what came of it. */
function answerTo({ frame, text, rights, doer }: LogView, request: ExportRequest): Html {
  const { packs: words } = text
  const path = `${PACKS_PATH}/${request.code}`
  if (isApproved(request)) {
    return html`<bdi>${request.approvedBy}</bdi><br />${when(request.approvedAt, frame)}
      <form method="post" action="${path}/file">
        ${tokenField(frame)}
        <button
          class="quiet"
          aria-label="${words.downloadNamed.replace('{case}', () => request.caseRef)}"
        >
          ${words.download}
        </button>
      </form>`
  }
  if (!rights.has('logs.approve')) return html`${words.waits}`
  if (isOfAsker(request, doer.actor)) return html`${words.notYourself}`
  return html`<form method="post" action="${path}">
    ${tokenField(frame)}
    <button
      class="quiet"
      aria-label="${words.approveNamed.replace('{case}', () => request.caseRef)}"
    >
      ${words.approve}
    </button>
  </form>`
}

function holdTable({ frame, text, rights }: LogView, holds: readonly Hold[]): Html {
  const { packs: words, changes } = text
  const rows = holds.map((hold) => [
    html`<bdi>${hold.caseRef}</bdi>`,
    fill(words.heldRows, { named: String(hold.named), kept: String(hold.kept) }),
    html`<bdi>${hold.madeBy}</bdi><br />${when(hold.madeAt, frame)}`,
    html`<bdi>${hold.reason}</bdi>`,
    hold.endedAt === null
      ? html`${hold.until}${
          rights.has('logs.search') &&
          html`<form method="post" action="${PACKS_PATH}/holds/end">
            ${tokenField(frame)}<input type="hidden" name="case" value="${hold.caseRef}" />
            <button
              class="quiet"
              aria-label="${words.endNamed.replace('{case}', () => hold.caseRef)}"
            >
              ${words.end}
            </button>
          </form>`
        }`
      : fill(words.ended, {
          when: when(hold.endedAt, frame),
          who: hold.endedBy ?? '',
        }),
  ])
  const heads = [words.case, changes.what, changes.who, text.requests.why, words.until]
  return table(words.holds, heads, rows)
}

const HOUR_MS = 3_600_000

/** What the log lets go of, and how it is sealed. */
function keeping(
  view: LogView,
  { days, lastDay, sealedAt, keyId }: SealingState,
  jobs: readonly AdminJob[],
): Html {
  const { frame, text } = view
  const { packs: words, overview } = text
  const run = (name: string): Html => {
    const job = jobs.find((one) => one.name === name)
    if (job === undefined) return html`${words.neverRan}`
    const { startedAt, finishedAt, failure, result } = job
    if (failure !== null)
      return fill(overview.jobFailed, {
        ...{ name: jobName(name, text), reason: asProgram(failure) },
      })
    if (finishedAt === null) return html`${overview.jobRunning}`
    const next = new Date(finishedAt.getTime() + HOUR_MS)
    const nextRun = name === 'retention' ? fill(words.nextRun, { when: when(next, frame) }) : ''
    return html`${when(startedAt, frame)}:
    ${jobSaid(view, { failure, result })}${nextRun !== '' && html`<br />${nextRun}`}`
  }
  return html`<section class="card" aria-labelledby="keeping">
    <h2 id="keeping">${words.keeping}</h2>
    <dl>
      <dt>${words.retention}</dt>
      <dd>${words.retentionRule}<br />${run('retention')}</dd>
      <dt>${words.sealing}</dt>
      <dd>
        ${
          lastDay === null
            ? words.noSeal
            : fill(words.sealed, {
                ...{ days: String(days), day: lastDay },
                when: sealedAt === null ? '' : when(sealedAt, frame),
              })
        }<br />${run('sealing')}
      </dd>
      ${
        keyId !== null &&
        html`<dt>${words.key}</dt>
          <dd><code class="key">${keyId}</code></dd>`
      }
    </dl>
  </section>`
}
