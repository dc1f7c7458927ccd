import type { Handler } from 'hono'
import { html } from 'hono/html'
import { endDevice, findDevice } from '#db/admin/devices.ts'
import type { AdminDevice } from '#db/admin/devices.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { tokenField } from '../staff/staff-layout.ts'
import { fill } from '../text/fill.ts'
import { when } from '../text/when.ts'
import { sendAdminPage } from './admin-page.ts'
import { DEVICES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { stateOf } from './devices.ts'
import { reasonField } from './fields.ts'
import { sendNothing } from './nothing-there.ts'
import { savedNote } from './pieces.ts'
import { unreadable } from './settle.ts'

const ID = /^[\w-]{1,100}$/
const HOUSE = { association: null, site: null }

/** `GET /admin/devices/ID`: one device or key of somebody, and the way to end it. */
export function device(services: Services): Handler {
  return withRight(services, 'devices.read', (view) => sendDevice(services, view, null))
}

/** `POST /admin/devices/ID`: ends it at once, with a reason. */
export function revokeDevice(services: Services): Handler {
  return withRight(services, 'devices.revoke', async (view) => {
    const { c, sql, text, doer } = view
    const id = c.req.param('id') ?? ''
    if (!ID.test(id)) return sendNothing(services, view)
    const { reason } = doer
    const found = await findDevice(sql, id)
    if (found === null) return sendNothing(services, view)
    if (reason === null) {
      const what = text.reasonRequired
      return sendDevice(services, view, unreadable(view, what))
    }
    const ended = await endDevice(sql, id, { ...doer, reason })
    if (!ended.ok) return sendDevice(services, view, text.devices.endedBefore)
    // Of a key nothing is left to look at.
    return c.redirect(
      found.what === 'key' ? `${DEVICES_PATH}?removed` : `${DEVICES_PATH}/${id}?removed`,
      303,
    )
  })
}

async function sendDevice(
  services: Services,
  view: AdminView,
  problem: string | null,
): Promise<Response> {
  const { c, sql, frame, text, rights } = view
  const { devices: words } = text
  const id = c.req.param('id') ?? ''
  const found = ID.test(id) ? await findDevice(sql, id) : null
  if (found === null) return sendNothing(services, view)
  const mayEnd = rights.can('devices.revoke', HOUSE) && found.revokedAt === null
  return sendAdminPage(c, services, {
    ...{ frame, title: found.name, status: problem === null ? 200 : 422 },
    main: html`<h1><bdi>${found.name}</bdi></h1>
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`} ${savedNote(view)}
      <p class="lead">${fill(words.ofAccount, { account: found.account })}</p>
      ${facts(view, found)} ${mayEnd && endForm(view, found)}
      <p><a href="${DEVICES_PATH}?q=${encodeURIComponent(found.account)}">${words.others}</a></p>`,
  })
}

function facts(view: AdminView, found: AdminDevice): Html {
  const { text, frame } = view
  const { devices: words } = text
  const { what, kind, site, createdAt, lastSeenOn, revokedBy, revokedWhy, serials } = found
  return html`<section class="card" aria-labelledby="what">
    <h2 id="what">${words.device}</h2>
    <dl class="facts">
      <dt>${words.what}</dt>
      <dd>${words.whats[what]}</dd>
      <dt>${words.kind}</dt>
      <dd><bdi>${kind}</bdi></dd>
      ${
        site !== null &&
        html`<dt>${words.site}</dt>
          <dd><bdi>${site}</bdi></dd>`
      }
      <dt>${words.since}</dt>
      <dd>${when(createdAt, frame)}</dd>
      <dt>${words.until}</dt>
      <dd>${stateOf(view, found)}</dd>
      ${
        revokedBy !== null &&
        html`<dt>${words.revokedBy}</dt>
          <dd><bdi>${revokedBy}</bdi>, <bdi>${revokedWhy}</bdi></dd>`
      }
      <dt>${words.seen}</dt>
      <dd>${lastSeenOn ?? text.never}</dd>
      ${
        serials.length > 0 &&
        html`<dt>${words.serials}</dt>
          <dd>
            ${serials.map((serial, i) => html`${i > 0 && html`<br />`}<bdi>${serial}</bdi>`)}
          </dd>`
      }
    </dl>
  </section>`
}

function endForm(view: AdminView, { id, what }: AdminDevice): Html {
  const { text, frame } = view
  const { devices: words } = text
  return html`<section class="card" aria-labelledby="end">
    <h2 id="end">${words.end}</h2>
    <p>${what === 'key' ? words.endKeyLead : words.endLead}</p>
    <form method="post" action="${DEVICES_PATH}/${id}">
      ${tokenField(frame)} ${reasonField(view, { required: true })}
      <button>${words.end}</button>
    </form>
  </section>`
}
