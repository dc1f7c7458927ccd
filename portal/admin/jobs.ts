import type { Handler } from 'hono'
import { html } from 'hono/html'
import { askJob, listJobs } from '#db/admin/jobs.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import { readJobLine } from '#db/job-lines.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { tokenField } from '../staff/staff-layout.ts'
import type { AdminText } from '../text/admin-fr.ts'
import { fill } from '../text/fill.ts'
import type { Words } from '../text/fill.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { ADMIN_HOME, JOBS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'
import { numberIn } from './numbers.ts'
import { isPiece, sendPiece } from './piece.ts'
import { asProgram, table } from './pieces.ts'

const NAME = /^[a-z][a-z -]{0,63}$/

/** `GET /admin/jobs`: what runs once in the fleet; goes on by itself as long as somebody waits for one, also without script. */
export function jobsPage(services: Services): Handler {
  return withRight(services, 'jobs.read', async (view) => {
    const { c, sql, frame, text } = view
    const { overview: words } = text
    const jobs = await listJobs(sql)
    const list = html`<div
      id="job-list"
      ${isAwaited(jobs) && html`hx-get="${JOBS_PATH}" hx-trigger="every 2s" hx-swap="outerHTML"`}
    >
      ${jobSection(view, jobs)}
    </div>`
    if (isPiece(c)) return sendPiece(view, list)
    return sendAdminPage(c, services, {
      ...{ frame, title: words.jobs, scripts: ['htmx'] },
      ...(isAwaited(jobs) ? { again: { seconds: AGAIN_SECONDS, url: JOBS_PATH } } : {}),
      main: html`<h1>${words.jobs}</h1>
        <p class="lead"><a href="${ADMIN_HOME}">${text.overview.title}</a></p>
        ${list}`,
    })
  })
}

const AGAIN_SECONDS = 3

/** Somebody asked for one, or one says how far it is. */
function isAwaited(jobs: readonly AdminJob[]): boolean {
  return jobs.some(({ waits, percent }) => waits || percent !== null)
}

/** `POST /admin/jobs/NAME`: has it done now, wherever jobs run. */
export function runJob(services: Services): Handler {
  return withRight(services, 'jobs.run', async (view) => {
    const { c, sql, doer } = view
    const name = c.req.param('name') ?? ''
    const isAsked = NAME.test(name) && (await askJob(sql, name, doer))
    return isAsked ? c.redirect(`${JOBS_PATH}?asked`, 303) : sendNothing(services, view)
  })
}

/** When each ran last, for how long, what came of it; and a button for who may have it run. */
export function jobSection(view: AdminView, jobs: readonly AdminJob[]): Html {
  const { c, text, frame, rights } = view
  const { overview: words } = text
  const isAsked = new URL(c.req.url).searchParams.has('asked')
  const rows = jobs.map((job) => {
    const { name, startedAt, finishedAt, tookMs, result, failure } = job
    return [
      jobName(name, text),
      when(finishedAt ?? startedAt, frame),
      tookMs === null ? '' : secondsIn(tookMs, frame.language),
      finishedAt === null ? running(view, job) : jobSaid(view, { failure, result }),
      rights.has('jobs.run') ? runForm(view, job) : '',
    ]
  })
  const heads = [words.job, words.jobLast, words.jobTook, words.jobResult, words.jobRun]
  return html`<section class="card" aria-labelledby="jobs">
    <h2 id="jobs">${words.jobs}</h2>
    ${isAsked && html`<p class="note" role="status">${words.jobAsked}</p>`}
    <p class="soft">${words.jobsLead}</p>
    ${jobs.length === 0 ? html`<p>${words.noJobs}</p>` : table(words.jobs, heads, rows)}
  </section>`
}

function running({ text, frame }: AdminView, { name, percent }: AdminJob): Html {
  const { overview: words } = text
  if (percent === null) return html`${words.jobRunning}`
  const said = new Intl.NumberFormat(frame.language, { style: 'percent' }).format(percent / 100)
  const label = `${jobName(name, text)} : ${said}`
  return html`<progress max="100" value="${percent}" aria-label="${label}"></progress> ${said}`
}

export function jobName(name: string, { jobs }: AdminText): string {
  return Object.hasOwn(jobs.names, name) ? (jobs.names[name] ?? name) : name
}

/** What came of a run, in the reader's words; why one failed is as the program said it. */
export function jobSaid(
  { text, frame }: Pick<AdminView, 'text' | 'frame'>,
  { failure, result }: Pick<AdminJob, 'failure' | 'result'>,
): Html {
  if (failure !== null) return asProgram(failure)
  const parts = readJobLine(result ?? '')
  if (parts === null) return asProgram(result ?? '')
  return html`${parts.map(({ part, figures }, i) => {
    const words = Object.entries(figures).map(([name, figure]) => [
      name,
      name.endsWith('Name') ? asProgram(figure) : numberIn(Number(figure), frame.language),
    ])
    const said = fill(text.jobs.parts[part], Object.fromEntries(words) as Words)
    return html`${i > 0 && html`<br />`}${said}`
  })}`
}

function runForm({ text, frame }: AdminView, { name, waits }: AdminJob): Html {
  const { overview: words } = text
  if (waits) return html`${words.jobWaits}`
  return html`<form method="post" action="${JOBS_PATH}/${name}">
    ${tokenField(frame)}
    <button
      class="quiet"
      aria-label="${words.jobRunNamed.replace('{name}', () => jobName(name, text))}"
    >
      ${words.jobRun}
    </button>
  </form>`
}

function secondsIn(ms: number, language: StaffLanguage): string {
  const format = { style: 'unit', unit: 'second', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, format).format(ms / 1000)
}
