import type { Handler } from 'hono'
import { html } from 'hono/html'
import { answerUnblock, findWaitingName, listUnblockAnswers } from '#db/admin/unblock-requests.ts'
import type { UnblockDecision, UnblockReach, WaitingName } from '#db/admin/unblock-requests.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { REQUESTS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { categoryName } from '../text/category-name.ts'
import { when } from '../text/when.ts'
import { choice, field, reasonField, rowNumber } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { endOfDay, networkOf } from './pieces.ts'
import { answerTable, placeLink } from './requests.ts'
import { isPiece, sendPiece } from './piece.ts'
import { previewButton, previewOf, previewPlace } from './rule-preview.ts'
import { settle, unreadable } from './settle.ts'

const ANSWERS = 10

/** `GET /admin/requests/ID`: one name that people at a place ask for. */
export function request(services: Services): Handler {
  return withRight(services, 'rules.read', (view) => sendRequest(services, view, {}))
}

/** `POST /admin/requests/ID`: lets it through, with a reason and perhaps an end, or says no; `preview` changes nothing. */
export function answerRequest(services: Services): Handler {
  return withRight(services, 'rules.write', async (view) => {
    const { c, sql, text, doer } = view
    const id = rowNumber(c.req.param('id'))
    if (id === null) return sendNothing(services, view)
    const form = formOf(c)
    const wish = readDecision(form)
    const again = (problem: string) => sendRequest(services, view, { problem })
    if (form.has('preview')) return sendPreview(services, view, id)
    const { reason } = doer
    if (reason === null || wish === null) {
      const what = wish === null ? text.rules.until : text.reasonRequired
      return again(unreadable(view, what))
    }
    const answered = await answerUnblock(sql, id, wish, { ...doer, reason })
    return settle(view, answered, `${REQUESTS_PATH}?answered`, again)
  })
}

/** Null: the day cannot be read. */
function readDecision(form: URLSearchParams): UnblockDecision | null {
  if (form.get('decision') !== 'allow') return { decision: 'refuse' }
  const until = endOfDay((form.get('until') ?? '').trim())
  if (until === undefined) return null
  return { decision: 'allow', where: reachOf(form), until }
}

function reachOf(form: URLSearchParams): UnblockReach {
  const asked = form.get('where')
  return asked === 'association' || asked === 'everywhere' ? asked : 'site'
}

async function sendPreview(services: Services, view: AdminView, id: string): Promise<Response> {
  const found = await findWaitingName(view.sql, id)
  if (found === null) return sendGone(services, view)
  const { domain, network, site, association } = found
  const where = reachOf(formOf(view.c))
  const preview = await previewOf(services, view, {
    ...{ domain, network, site: where === 'site' ? site : null },
    association: where === 'association' ? association : null,
  })
  return isPiece(view.c) ? sendPiece(view, preview) : sendRequest(services, view, { preview })
}

async function sendRequest(
  services: Services,
  view: AdminView,
  { problem = null, preview = null }: { problem?: string | null; preview?: Html | null },
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { requests: words } = text
  const id = rowNumber(c.req.param('id'))
  const found = id === null ? null : await findWaitingName(sql, id)
  if (found === null) return sendGone(services, view)
  const { domain, site, siteName, association, network, times, lastAt, timezone, notes } = found
  const answers = await listUnblockAnswers(sql, { domain }, { before: null, rows: ANSWERS })
  const wheres = (['site', 'association', 'everywhere'] as const).filter((where) =>
    rights.can('rules.write', {
      site: where === 'site' ? site : null,
      association: where === 'everywhere' ? null : association,
    }),
  )
  return sendAdminPage(c, services, {
    ...{ frame, title: domain, status: problem === null ? 200 : 422, scripts: ['htmx'] },
    main: html`<h1>${fill(words.asked, { domain })}</h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      <section class="card" aria-labelledby="what">
        <h2 id="what">${words.what}</h2>
        <dl>
          <dt>${words.place}</dt>
          <dd>${placeLink({ site, siteName }, words.noPlace)}, ${networkOf(network, text)}</dd>
          <dt>${words.times}</dt>
          <dd>
            ${fill(words.timesLast, { times: String(times), when: when(lastAt, frame, timezone) })}
          </dd>
          <dt>${words.cause}</dt>
          <dd>${causeOf(view, found)}</dd>
        </dl>
        ${notes.length > 0 && html`<h3>${words.said}</h3>`}
        ${notes.map((note) => html`<blockquote><bdi>${note}</bdi></blockquote>`)}
      </section>
      ${wheres.length > 0 ? answerForm(view, found, { wheres, preview }) : html`<p class="note">${words.readOnly}</p>`}
      <section class="card" aria-labelledby="answers">
        <h2 id="answers">${words.answersToName}</h2>
        ${answerTable(view, answers)}
      </section>`,
  })
}

function causeOf({ text, frame }: AdminView, { cause, category, reference }: WaitingName): Html {
  const { requests: words } = text
  const said =
    category === null
      ? html`${words.causes[cause === 'rule' ? 'rule' : 'other']}`
      : fill(words.causes.category, { category: categoryName(category, frame.language) })
  return html`${said} ${reference !== null && html`<span class="soft">${reference}</span>`}`
}

function answerForm(
  view: AdminView,
  { id, site, association }: WaitingName,
  { wheres, preview }: { readonly wheres: readonly UnblockReach[]; readonly preview: Html | null },
): Html {
  const { c, text, frame } = view
  const { requests: words } = text
  const given = (name: string): string => c.get('staffForm')?.get(name) ?? ''
  const places = { site, association, everywhere: '' } as const
  const options = wheres
    .filter((where) => places[where] !== null)
    .map(
      (where) => [where, words.wheres[where].replace('{code}', () => places[where] ?? '')] as const,
    )
  return html`<section class="card" aria-labelledby="answer">
    <h2 id="answer">${words.answer}</h2>
    <form method="post" action="${REQUESTS_PATH}/${id}">
      ${tokenField(frame)} ${reasonField(view, { required: true })}
      ${choice({ name: 'where', label: words.where, value: given('where') }, options)}
      ${field({ name: 'until', label: words.until, type: 'date', value: given('until') })}
      <p class="buttons">
        <button name="decision" value="allow">${words.doAllow}</button>
        <button name="decision" value="refuse" class="quiet">${words.doRefuse}</button>
        ${previewButton(view, `${REQUESTS_PATH}/${id}`, 'answer')}
      </p>
      <p class="soft help">${words.nobodyIsTold}</p>
    </form>
    ${previewPlace(preview)}
  </section>`
}

/** Answered by somebody else meanwhile, too old, or another's: the three are not told apart. */
function sendGone(services: Services, { c, frame, text }: AdminView): Promise<Response> {
  const { requests: words } = text
  return sendAdminPage(c, services, {
    ...{ frame, title: text.nothingThereTitle, status: 404 },
    main: html`<h1>${text.nothingThereTitle}</h1>
      <p class="lead">${words.gone}</p>
      <p><a class="button" href="${REQUESTS_PATH}">${words.title}</a></p>`,
  })
}
