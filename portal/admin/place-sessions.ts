import type { Context, Handler } from 'hono'
import { html } from 'hono/html'
import { parseMac } from '#core/mac.ts'
import { recordLine } from '#db/admin/audit-lines.ts'
import { listDisconnects, requestDisconnect } from '#db/admin/disconnects.ts'
import { listLiveSessions } from '#db/admin/live-sessions.ts'
import type { LiveSession } from '#db/admin/live-sessions.ts'
import { findSite } from '#db/admin/sites.ts'
import type { AdminSite } from '#db/admin/sites.ts'
import type { Disconnect } from '#db/disconnects.ts'
import { readPlace, writePlace } from '../api/admin/page.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { formOf } from '../staff/staff-form.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH, SESSIONS_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { askedFor, reasonField } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { pageLinks, table } from './pieces.ts'

const ROWS = 100
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `GET /admin/sessions/CODE`: who is connected there now; the look is a line of the audit. */
export function placeSessions(services: Services): Handler {
  return withRight(services, 'sessions.read', (view) => sendSessions(services, view, null))
}

/** `POST /admin/sessions/CODE`: has the gateway end the sessions of one device or account there. */
export function endSessions(services: Services): Handler {
  return withRight(services, 'sessions.end', async (view) => {
    const { c, sql, text, doer, rights } = view
    const code = c.req.param('code') ?? ''
    const site = await findSite(sql, code)
    if (site === null) return sendNothing(services, view)
    if (!rights.can('sessions.end', { association: site.association, site: code })) {
      return sendSessions(services, view, text.refusals['not-yours'])
    }
    const [mac = '', ...account] = (formOf(c).get('session') ?? '').split(' ')
    const device = mac === '' ? null : parseMac(mac)
    const user = account.join(' ') === '' ? null : account.join(' ')
    if (device === null && user === null) {
      return sendSessions(services, view, text.sessions.chooseOne)
    }
    const { reason, actor } = doer
    if (reason === null) return sendSessions(services, view, text.sessions.noReason)
    const wish = { mac: device, account: user, site: code, actor, reason }
    const request = await requestDisconnect(sql, wish)
    return c.redirect(`${SESSIONS_PATH}/${code}?request=${request}`, 303)
  })
}

async function sendSessions(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights, doer } = view
  const { sessions: words } = text
  const code = c.req.param('code') ?? ''
  const site = await findSite(sql, code)
  if (site === null) return sendNothing(services, view)
  const request = requestIn(c)
  // Before the look is written: outcomes are for who asked in a transaction before this one.
  const ended = request === null ? [] : await listDisconnects(sql, request)
  const place = readPlace(askedFor(view, 'before', 300), [/^[0-9TZ:.-]{20,30}$/, UUID])
  const [at = '', key = ''] = place ?? []
  const before = place === null ? null : { at, key }
  const found = await listLiveSessions(sql, { site: code, mac: null }, { before, rows: ROWS + 1 })
  const shown = found.slice(0, ROWS)
  const last = shown.at(-1)
  await recordLine(sql, {
    ...{ actor: doer.actor, action: 'sessions.read', subject: `site ${code}`, reason: null },
    ...{ association: site.association, details: {} },
  })
  const mayEnd = rights.can('sessions.end', { association: site.association, site: code })
  const title = `${words.title} – ${site.name}`
  return sendAdminPage(c, services, {
    ...{ frame, title, status: problem === null ? 200 : 422 },
    main: html`<h1>${fill(words.at, { place: site.name })}</h1>
      <p class="lead">
        <a href="${PLACES_PATH}/${code}">${words.toPlace}</a> ·
        <a href="${SESSIONS_PATH}/${code}">${words.lookAgain}</a>
      </p>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      ${request !== null && outcomes(view, ended)}
      ${
        shown.length === 0
          ? html`<p class="card">${words.nobodyHere}</p>`
          : html`<form method="post" action="${SESSIONS_PATH}/${code}">
              ${tokenField(frame)} ${sessionTable(view, site, shown, mayEnd)}
              ${
                mayEnd &&
                html`<div class="card">
                  ${reasonField(view, { required: true })}<button>${words.end}</button>
                  <p class="soft help">${words.endLead}</p>
                </div>`
              }
            </form>`
      }
      ${pageLinks(text, `${SESSIONS_PATH}/${code}`, {
        isFirst: before === null,
        next:
          found.length > ROWS && last !== undefined
            ? { before: writePlace([last.startedAt.toISOString(), last.key]) }
            : null,
      })}`,
  })
}

function requestIn(c: Context): string | null {
  const asked = new URL(c.req.url).searchParams.get('request') ?? ''
  return UUID.test(asked) ? asked : null
}

function sessionTable(
  { text, frame }: AdminView,
  { timezone }: AdminSite,
  shown: readonly LiveSession[],
  mayEnd: boolean,
): Html {
  const { sessions: words, logs } = text
  const rows = shown.map(({ network, gateway, mac, account, startedAt, lastAt, octets }) => {
    const who = account ?? logs.guest
    const value = `${mac ?? ''} ${account ?? ''}`.trimEnd()
    return [
      mayEnd
        ? html`<label
            ><input type="radio" name="session" value="${value}" /><bdi>${who}</bdi><br /><span
              class="soft"
              >${mac ?? logs.unknown}</span
            ></label
          >`
        : html`<bdi>${who}</bdi><br /><span class="soft">${mac ?? logs.unknown}</span>`,
      network === 'guest' ? text.guest : text.staff,
      html`<bdi>${gateway}</bdi>`,
      when(startedAt, frame, timezone),
      when(lastAt, frame, timezone),
      octets !== null && inMegabytes(octets, frame.language),
    ]
  })
  const heads = [logs.user, words.network, text.place.gateway, logs.start, words.last, words.volume]
  return table(words.title, heads, rows)
}

function inMegabytes(octets: number, language: 'fr' | 'en'): string {
  const format = { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 } as const
  return new Intl.NumberFormat(language, format).format(octets / 1e6)
}

/** What the gateways answered, session by session. */
function outcomes({ text }: AdminView, ended: readonly Disconnect[]): Html {
  const { sessions: words } = text
  return html`<div class="note" role="status">
    ${ended.length === 0 && html`<p>${words.nothingOpen}</p>`}
    ${ended.map(
      ({ mac, account, gateway, outcome }) =>
        html`<p>
          <bdi>${account ?? mac}</bdi>, <bdi>${gateway}</bdi> :
          ${words.outcomes[outcome ?? 'under-way']}
        </p>`,
    )}
  </div>`
}
