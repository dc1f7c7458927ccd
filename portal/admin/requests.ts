import type { Handler } from 'hono'
import { html } from 'hono/html'
import { listUnblockAnswers, listWaitingNames } from '#db/admin/unblock-requests.ts'
import type { UnblockAnswer, WaitingName } from '#db/admin/unblock-requests.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH, REQUESTS_PATH, RULES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, rowNumber, searchForm } from './fields.ts'
import { lastDay, networkOf, pageLinks, table } from './pieces.ts'

const ROWS = 50
const ANSWERS = 20

/** `GET /admin/requests?q=…&before=…`: what guests ask to have unblocked, and what was answered. */
export function requests(services: Services): Handler {
  return withRight(services, 'rules.read', async (view) => {
    const { c, sql, frame, text } = view
    const { requests: words } = text
    const q = askedFor(view, 'q')
    const before = rowNumber(askedFor(view, 'before'))
    const filter = { q: q === '' ? null : q, site: null }
    const found = await listWaitingNames(sql, filter, { before, rows: ROWS + 1 })
    const shown = found.slice(0, ROWS)
    const answers = await listUnblockAnswers(
      ...([sql, { domain: null }, { before: null, rows: ANSWERS }] as const),
    )
    const isAnswered = new URL(c.req.url).searchParams.has('answered')
    return sendAdminPage(c, services, {
      ...{ frame, title: words.title },
      main: html`<h1>${words.title}</h1>
        ${isAnswered && html`<p class="note" role="status">${words.answered}</p>`}
        <p class="lead">${words.lead}</p>
        ${searchForm(REQUESTS_PATH, text.rules.label, q, text.search)}
        ${
          shown.length > 0
            ? waitingTable(view, shown)
            : html`<p class="card">
                ${q === '' && before === null ? words.noRequests : words.none}
              </p>`
        }
        ${pageLinks(text, REQUESTS_PATH, {
          isFirst: before === null,
          next: found.length > ROWS ? { q, before: shown.at(-1)?.id ?? '' } : null,
        })}
        <section class="card" aria-labelledby="answers">
          <h2 id="answers">${words.answers}</h2>
          ${answerTable(view, answers)}
        </section>`,
    })
  })
}

function waitingTable({ text, frame }: AdminView, shown: readonly WaitingName[]): Html {
  const { requests: words } = text
  const rows = shown.map(
    ({ id, domain, site, siteName, network, times, lastAt, timezone, notes }) => [
      html`<a href="${REQUESTS_PATH}/${id}"><bdi>${domain}</bdi></a>`,
      placeLink({ site, siteName }, words.noPlace),
      networkOf(network, text),
      times,
      when(lastAt, frame, timezone),
      notes.length > 0 &&
        html`${notes.slice(0, 2).map((note, i) => html`${i > 0 && html`<br />`}<q><bdi>${note}</bdi></q>`)}`,
    ],
  )
  const { domain, network } = text.rules
  return table(
    words.waiting,
    [domain, words.place, network, words.times, words.last, words.said],
    rows,
  )
}

export function placeLink(
  { site, siteName }: { readonly site: string | null; readonly siteName: string | null },
  otherwise: string,
): Html {
  if (site === null) return html`${otherwise}`
  return html`<a href="${PLACES_PATH}/${site}"><bdi>${siteName ?? site}</bdi></a>`
}

/** What was answered, by whom, why, and the rule that it made. */
export function answerTable({ text, frame }: AdminView, answers: readonly UnblockAnswer[]): Html {
  const { requests: words, changes } = text
  if (answers.length === 0) return html`<p class="soft">${words.noAnswers}</p>`
  const rows = answers.map(
    ({ at, timezone, domain, site, siteName, times, decision, rule, until, actor, reason }) => [
      when(at, frame, timezone),
      html`<bdi>${domain}</bdi> (${times})`,
      placeLink({ site, siteName }, words.noPlace),
      html`${rule === null ? words[decision] : html`<a href="${RULES_PATH}/${rule}">${words[decision]}</a>`}
      ${until !== null && html`<br /><span class="soft">${text.rules.until} ${lastDay(until)}</span>`}`,
      html`<bdi>${actor}</bdi>`,
      html`<bdi>${reason}</bdi>`,
    ],
  )
  const heads = [changes.when, text.rules.domain, words.place, words.answer, changes.who, words.why]
  return table(words.answers, heads, rows)
}
