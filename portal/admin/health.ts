import type { Handler } from 'hono'
import { html } from 'hono/html'
import { databaseHealth, listProcesses } from '#db/admin/health.ts'
import type { DatabaseHealth, FleetProcess } from '#db/admin/health.ts'
import { listJobs } from '#db/admin/jobs.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import type { Html } from '../pages/html.ts'
import { effectiveTerms } from '#db/terms.ts'
import type { Services } from '../services.ts'
import type { AdminText } from '../text/admin-fr.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { jobName } from './jobs.ts'
import { sendNothing } from './nothing-there.ts'
import { table } from './pieces.ts'

const HOUSE = { association: null, site: null }
/** As `doctor` tolerates it: what is acknowledged is in the log a moment later. */
const LAG_SECONDS = 60
const MEBIBYTE = 1_048_576

/** Something that is wrong: of what, what to do, and where more is written. */
interface HealthFinding {
  readonly name: keyof AdminText['health']['wrong']
  readonly words: Readonly<Record<string, string>>
  /** A file of docs/run-books. */
  readonly runBook: string
}

/** `GET /admin/health`: what is wrong with the machines, then each process and the database. */
export function health(services: Services): Handler {
  return withRight(services, 'health.read', async (view) => {
    const { c, sql, frame, text, rights } = view
    const { health: words } = text
    const database = await databaseHealth(sql)
    // The machines are the whole house's.
    if (database === null || !rights.can('health.read', HOUSE)) return sendNothing(services, view)
    const processes = await listProcesses(sql)
    const jobs = await listJobs(sql)
    const { terms } = services.house()
    const hasTerms = effectiveTerms(terms, services.clock()) !== null
    const wrong = findings({ processes, database, jobs, hasTerms }, text)
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <section class="card" aria-labelledby="wrong">
          <h2 id="wrong">${words.toMend}</h2>
          ${wrong.length === 0 ? html`<p>${words.allWell}</p>` : wrong.map((one) => oneFinding(view, one))}
        </section>
        <section class="card" aria-labelledby="processes">
          <h2 id="processes">${words.processes}</h2>
          <p class="soft">${words.processesLead}</p>
          ${processes.length === 0 ? html`<p>${words.noProcesses}</p>` : processTable(view, processes)}
        </section>
        ${databaseCard(view, database)}`,
    })
  })
}

/** The worst first: what loses something, what keeps people out, the rest. */
function findings(
  seen: {
    readonly processes: readonly FleetProcess[]
    readonly database: DatabaseHealth
    readonly jobs: readonly AdminJob[]
    readonly hasTerms: boolean
  },
  text: AdminText,
): readonly HealthFinding[] {
  const { processes, database, jobs, hasTerms } = seen
  const there = processes.filter(({ silent }) => !silent)
  const versions = [...new Set(there.map(({ version }) => version))].toSorted()
  const of = (
    name: HealthFinding['name'],
    runBook: string,
    words: Readonly<Record<string, string>> = {},
  ): HealthFinding => ({ name, words, runBook })
  return [
    ...(database.hasTomorrow
      ? []
      : [of('noTomorrow', 'retention.md', { day: database.lastDay ?? '–' })]),
    ...processes
      .filter(({ silent }) => silent)
      .map(({ host, roles }) => of('silent', 'down.md', { host, roles: roles.join(', ') })),
    ...there.flatMap(({ host, problems }) =>
      problems.map(({ role, problem }) =>
        of('notReady', role === 'database' ? 'database-down.md' : 'down.md', {
          host,
          role,
          problem,
        }),
      ),
    ),
    ...(hasTerms ? [] : [of('noTerms', 'down.md')]),
    ...(database.lagSeconds !== null && database.lagSeconds > LAG_SECONDS
      ? [of('lag', 'journal.md', { seconds: String(Math.round(database.lagSeconds)) })]
      : []),
    ...there
      .filter(({ spooled }) => spooled > 0)
      .map(({ host, spooled }) => of('spooled', 'spool.md', { host, count: String(spooled) })),
    ...(database.quarantined > 0
      ? [of('quarantined', 'quarantine.md', { count: String(database.quarantined) })]
      : []),
    ...jobs
      .filter(({ failure }) => failure !== null)
      .map(({ name, failure }) =>
        of('job', 'job-failed.md', { name: jobName(name, text), failure: failure ?? '' }),
      ),
    ...(versions.length > 1
      ? [of('versions', 'README.md', { versions: versions.join(', ') })]
      : []),
  ]
}

function oneFinding(
  { text: { health: words } }: AdminView,
  { name, words: said, runBook }: HealthFinding,
): Html {
  const { what, toDo } = words.wrong[name]
  return html`<p class="error" role="alert">
    ${fill(what, said)}<br />${toDo}<br /><span class="soft"
      >${fill(words.runBook, { file: `docs/run-books/${runBook}` })}</span
    >
  </p>`
}

function processTable({ text, frame }: AdminView, processes: readonly FleetProcess[]): Html {
  const { health: words } = text
  const rows = processes.map(
    ({ host, roles, version, startedAt, seenAt, silent, problems, spooled }) => [
      html`<bdi>${host}</bdi>`,
      roles.join(', '),
      version,
      silent
        ? html`<span class="tag">${words.states.silent}</span> ${when(seenAt, frame)}`
        : words.states[problems.length === 0 ? 'ready' : 'notReady'],
      spooled.toLocaleString(frame.language),
      when(startedAt, frame),
    ],
  )
  const heads = [words.host, words.roles, words.version, words.state, words.spool, words.since]
  return table(words.processes, heads, rows)
}

function databaseCard(
  { text: { health: words }, frame }: AdminView,
  database: DatabaseHealth,
): Html {
  const { bytes, waiting, lagSeconds, firstDay, lastDay, quarantined } = database
  const mebibytes = Math.round(bytes / MEBIBYTE).toLocaleString(frame.language)
  const seconds = String(Math.round(lagSeconds ?? 0))
  return html`<section class="card" aria-labelledby="database">
    <h2 id="database">${words.database}</h2>
    <dl class="facts">
      <dt>${words.size}</dt>
      <dd>${fill(words.mebibytes, { count: mebibytes })}</dd>
      <dt>${words.days}</dt>
      <dd>${firstDay ?? '–'} – ${lastDay ?? '–'}</dd>
      <dt>${words.journal}</dt>
      <dd>${fill(words.waiting, { count: waiting.toLocaleString(frame.language), seconds })}</dd>
      <dt>${words.quarantine}</dt>
      <dd>${quarantined.toLocaleString(frame.language)}</dd>
    </dl>
  </section>`
}
