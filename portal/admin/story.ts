import type { Handler } from 'hono'
import { html } from 'hono/html'
import { parseMac } from '#core/mac.ts'
import { listLiveSessions } from '#db/admin/live-sessions.ts'
import type { LiveSession } from '#db/admin/live-sessions.ts'
import { joinAlike, openLoginSearch } from '#db/login-search.ts'
import type { Login, LoginCriteria, LoginSearch } from '#db/login-search.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tellLogin, tellNothing } from '../text/logins/tell.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH, SESSIONS_PATH } from './admin-paths.ts'
import { reachesRows, withLog, zonesOf } from './log-request.ts'
import type { LogView } from './log-request.ts'
import { instantAt } from './log-words.ts'
import { storyForm } from './sessions.ts'

const ROWS = 100
const LIVE = 20
const LONGEST = 200

/** `POST /admin/sessions`: how logins of a device or an account were answered, why, and what to do. */
export function story(services: Services): Handler {
  return withLog(services, async (view) => {
    const { text, doer, log } = view
    const read = readCriteria(formOf(view.c), view)
    if (typeof read === 'string') return sendProblem(view, read)
    const { reason, actor } = doer
    if (reason === null) return sendProblem(view, text.logs.noReason)
    const reach = view.rights.reach('radius.explain')
    const isOfAll = read.site === null && !reach.everywhere
    // Where only some associations are somebody's, only theirs are looked into.
    const associations = isOfAll && reach.associations.length > 0 ? reach.associations : null
    if (associations === null && !(await reachesRows(view, 'radius.explain', read))) {
      return sendProblem(view, text.logs.nameAPlace)
    }
    const search = await openLoginSearch(log, { ...read, associations }, { actor, reason })
    return sendStory(view, read, search)
  })
}

function readCriteria(form: URLSearchParams, { text }: LogView): LoginCriteria | string {
  const given = (name: string): string => (form.get(name) ?? '').trim().slice(0, LONGEST)
  const mac = given('mac') === '' ? null : parseMac(given('mac'))
  if (given('mac') !== '' && mac === null) {
    return text.logs.unreadable.replace('{what}', () => text.logs.mac)
  }
  const user = given('user') === '' ? null : given('user').toLowerCase()
  if (mac === null && user === null) return text.sessions.whose
  const site = given('site') === '' ? null : given('site')
  return { mac, user, site, from: null, to: null }
}

function sendProblem(view: LogView, problem: string): Promise<Response> {
  const { c, services, frame, text } = view
  return sendAdminPage(c, services, {
    ...{ frame, title: text.sessions.story, status: 422 },
    main: html`<h1>${text.sessions.story}</h1>
      <p class="error" role="alert">${problem}</p>
      ${storyForm(view)}`,
  })
}

async function sendStory(
  view: LogView,
  criteria: LoginCriteria,
  search: LoginSearch,
): Promise<Response> {
  const { c, services, frame, text, rights, doer } = view
  const { sessions: words } = text
  const page = await search.page(null, ROWS)
  const logins = joinAlike(page.logins)
  const zones = await zonesOf(view, 'radius.explain')
  const { mac, site, user } = criteria
  const scope = { actor: doer.actor, reach: rights.reach('sessions.read') }
  const live =
    mac === null
      ? []
      : await services.admin.transaction(scope, (sql) =>
          listLiveSessions(sql, { site, mac }, { before: null, rows: LIVE }),
        )
  const write = (at: Date): string => instantAt(at, zones.get(site ?? '') ?? 'UTC', text)
  const nothing =
    logins.length === 0
      ? tellNothing(await search.gateways(), { site, user }, write, frame.language)
      : []
  return sendAdminPage(c, services, {
    ...{ frame, title: words.story },
    main: html`<h1>${words.story}</h1>
      <p class="lead">
        ${[mac, user, site].filter((part) => part !== null).map((part, i) => html`${i > 0 && ' · '}<bdi>${part}</bdi>`)}
      </p>
      ${live.map((session) => liveLine(view, session, zones))}
      ${
        nothing.length > 0 &&
        html`<ul class="card">
          ${nothing.map((line) => html`<li>${line}</li>`)}
        </ul>`
      }
      ${logins.map((login) => loginCard(view, login))}
      ${page.next !== null && html`<p class="soft">${words.older}</p>`} ${storyForm(view)}`,
  })
}

function liveLine(
  { text }: LogView,
  { site, gateway, startedAt }: LiveSession,
  zones: ReadonlyMap<string, string>,
): Html {
  const since = instantAt(startedAt, zones.get(site) ?? 'UTC', text)
  return html`<p class="note">
    ${text.sessions.liveSince} ${since} :
    <a href="${SESSIONS_PATH}/${site}"><bdi>${site}</bdi></a
    >, <bdi>${gateway}</bdi>
  </p>`
}

/** One login, in the time of its place. */
function loginCard({ text, frame }: LogView, login: Login): Html {
  const { sessions: words } = text
  const write = (at: Date): string => instantAt(at, login.timezone ?? 'UTC', text)
  const { what, toDo, how } = tellLogin(login, write, frame.language)
  return html`<article class="card">
    <h2>${write(login.lastAt)}</h2>
    <p class="soft">
      <a href="${PLACES_PATH}/${login.site}"><bdi>${login.siteName ?? login.site}</bdi></a
      >,
      <bdi>${login.gateway}</bdi>
    </p>
    <p>${what}</p>
    ${toDo !== null && html`<p><strong>${words.toDo}</strong> ${toDo}</p>`}
    ${how !== '' && html`<p class="soft">${how}.</p>`}
  </article>`
}
