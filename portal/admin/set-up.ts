import type { Handler } from 'hono'
import { html } from 'hono/html'
import { gatewaySignsAt, nameSignsAt } from '#db/admin/gateway-signs.ts'
import { networksOf } from '#db/admin/networks.ts'
import { findSite } from '#db/admin/sites.ts'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import { fill } from '../text/fill.ts'
import { sendAdminPage } from './admin-page.ts'
import { PLACES_PATH } from './admin-paths.ts'
import { withRight } from './admin-request.ts'
import type { AdminView } from './admin-request.ts'
import { sendNothing } from './nothing-there.ts'
import { isPiece, sendPiece } from './piece.ts'
import { filesForm } from './set-up-form.ts'
import { signsPiece } from './set-up-signs.ts'
import type { PlaceSigns } from './set-up-signs.ts'

/** `GET /admin/places/CODE/set-up`: what the gateway needs, and which of it answers. */
export function setUp(services: Services): Handler {
  return withRight(services, 'gateways.read', (view) => sendSetUp(services, view, null))
}

export async function sendSetUp(
  services: Services,
  view: AdminView,
  problem: Html | string | null,
): Promise<Response> {
  const { c, frame, text, rights } = view
  const { setUp: words } = text
  const signs = await signsOf(services, view)
  if (signs === null) return sendNothing(services, view)
  if (isPiece(c)) return sendPiece(view, signsPiece(view, signs))
  const { site } = signs
  const place = { association: site.association, site: site.code }
  const isAdded = new URL(c.req.url).searchParams.has('added')
  return sendAdminPage(c, services, {
    ...{ frame, title: `${words.title} – ${site.name}`, status: problem === null ? 200 : 422 },
    scripts: ['htmx'],
    main: html`<h1>${fill(words.at, { place: site.name })}</h1>
      <p class="lead"><a href="${PLACES_PATH}/${site.code}">${text.sessions.toPlace}</a></p>
      ${isAdded && html`<p class="note" role="status">${text.places.added}</p>`}
      ${problem !== null && html`<p class="error" role="alert">${problem}</p>`}
      ${rights.can('gateways.write', place) && filesForm(view, signs)}
      <section class="card" aria-labelledby="lights">
        <h2 id="lights">${words.signs}</h2>
        <p class="soft">
          ${words.signsLead}
          <a href="${PLACES_PATH}/${site.code}/set-up#lights">${words.lookAgain}</a>
        </p>
        ${signsPiece(view, signs)}
      </section>`,
  })
}

async function signsOf(services: Services, { c, sql }: AdminView): Promise<PlaceSigns | null> {
  const code = c.req.param('code') ?? ''
  const site = await findSite(sql, code)
  if (site === null) return null
  return {
    site,
    networks: await networksOf(sql, code),
    gateways: await gatewaySignsAt(sql, code),
    names: await nameSignsAt(sql, code),
    radsecPort: services.radsecPort,
  }
}
