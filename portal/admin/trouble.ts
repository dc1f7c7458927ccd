import { html } from 'hono/html'
import type { Problem } from '#core/role.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import type { TroubledGateway, Waiting } from '#db/admin/overview.ts'
import type { Html } from '../pages/html.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { ALERTS_PATH, FILTERING_PATH, PLACES_PATH, REQUESTS_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { jobName } from './jobs.ts'
import { numberIn } from './numbers.ts'
import { asProgram } from './pieces.ts'

/** Everything that somebody should look at, as far as it is theirs to see. */
export interface Trouble {
  /** Of the process that answers. */
  readonly own: readonly Problem[]
  readonly jobs: readonly AdminJob[]
  readonly gateways: readonly TroubledGateway[]
  readonly waiting: Waiting
}

/** What is wrong, each line with what helps: what stops everybody first, what waits for an answer last. */
export function troubleSection(view: AdminView, trouble: Trouble): Html {
  const words = view.text.overview
  const lines = [
    ...ownLines(view, trouble.own),
    ...jobLines(view, trouble.jobs),
    ...gatewayLines(view, trouble.gateways),
    ...waitingLines(view, trouble.waiting),
  ]
  return html`<section class="card rows" aria-labelledby="wrong">
    <h2 id="wrong">${words.wrong}</h2>
    ${lines.length === 0 ? html`<p>${words.nothingWrong}</p>` : lines}
  </section>`
}

function line(said: Html, toDo: Html | string | null): Html {
  return html`<p class="row">
    <span>${said}${toDo !== null && html`<br /><span class="soft">${toDo}</span>`}</span>
  </p>`
}

function ownLines({ text: { overview: words } }: AdminView, own: readonly Problem[]): Html[] {
  return own.map((problem) => line(fill(words.ownProblem, { ...problem }), words.ownProblemToDo))
}

function jobLines({ text }: AdminView, jobs: readonly AdminJob[]): Html[] {
  const { overview: words } = text
  return jobs
    .filter(({ failure }) => failure !== null)
    .map(({ name, failure }) => {
      const said = { name: jobName(name, text), reason: asProgram(failure ?? '') }
      return line(fill(words.jobFailed, said), words.jobToDo)
    })
}

const KINDS = ['silent', 'clock', 'certificate'] as const
const TO_DO = {
  silent: 'silentToDo',
  clock: 'clockToDo',
  certificate: 'certificateToDo',
} as const

/** One line a kind of trouble, with what helps said once, and the gateways below it. */
function gatewayLines(view: AdminView, gateways: readonly TroubledGateway[]): Html[] {
  const words = view.text.overview
  return KINDS.flatMap((kind) => {
    const own = gateways.filter(({ trouble }) => trouble === kind)
    if (own.length === 0) return []
    const more = (own[0]?.inAll ?? 0) - own.length
    const count = numberIn(more, view.frame.language)
    return html`<div class="row">
      <div>
        <strong>${words[kind]}</strong><br /><span class="soft">${words[TO_DO[kind]]}</span>
        <ul>
          ${own.map((one) => gatewayItem(view, one))}
          ${more > 0 && html`<li>${fill(words.moreGateways, { count })}</li>`}
        </ul>
      </div>
    </div>`
  })
}

function gatewayItem(view: AdminView, one: TroubledGateway): Html {
  const { site, siteName, gateway } = one
  const place = html`<a href="${PLACES_PATH}/${site}"><bdi>${siteName}</bdi></a>`
  return html`<li>${place}, <bdi>${gateway}</bdi>, ${troubleOf(view, one)}</li>`
}

function troubleOf({ text, frame }: AdminView, one: TroubledGateway): Html {
  const { overview: words } = text
  const { trouble, heardAt, clockSkewMs, certificateEndsAt, timezone } = one
  if (trouble === 'silent' && heardAt !== null) {
    return fill(words.silentSince, { when: when(heardAt, frame, timezone) })
  }
  if (trouble === 'certificate' && certificateEndsAt !== null) {
    return fill(words.certificateEnds, { when: when(certificateEndsAt, frame, timezone) })
  }
  return fill(words.clockOff, { seconds: String(Math.round((clockSkewMs ?? 0) / 1000)) })
}

function waitingLines({ text, frame }: AdminView, waiting: Waiting): Html[] {
  const { overview: words } = text
  const { language } = frame
  const lists = waiting.lists.map(({ name, error, fetchedAt, heldNames }) => {
    const said =
      heldNames !== null
        ? fill(words.listHeld, { name, names: numberIn(heldNames, language) })
        : error !== null
          ? fill(words.listFailed, { name, reason: asProgram(error) })
          : fetchedAt === null
            ? fill(words.listNever, { name })
            : fill(words.listOld, { name, when: when(fetchedAt, frame) })
    return line(said, html`<a href="${FILTERING_PATH}#lists">${words.listToDo}</a>`)
  })
  const channels = waiting.channels.map((name) =>
    line(
      fill(words.channel, { name }),
      html`<a href="${ALERTS_PATH}#channels">${text.alerts.title}</a>`,
    ),
  )
  if (waiting.requests === 0) return [...lists, ...channels]
  const count = numberIn(waiting.requests, language)
  const said = waiting.requests === 1 ? html`${words.request}` : fill(words.requests, { count })
  const answer = html`<a href="${REQUESTS_PATH}">${text.requests.title}</a>`
  return [...lists, ...channels, line(said, answer)]
}
