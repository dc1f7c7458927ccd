import type { Context, Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Rights } from '#core/rights.ts'
import { actorOf } from '#db/people.ts'
import { termsInForce } from '../house.ts'
import type { Device, PortalGateway } from '../gateways/gateway.ts'
import type { Services } from '../services.ts'
import { openForHelper } from './open-for-helper.ts'
import { letInPage } from './let-in-page.ts'
import type { LetInPage } from './let-in-page.ts'
import { sessionOf } from './require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from './send-staff-page.ts'
import { formOf } from './staff-form.ts'

/** For what has no browser, and for who cannot read the page: a day, and no more. */
const LET_IN_SECONDS = 86_400

/** `GET /staff/let-in`: which device, and at which of the places where this person may do that. */
export function letIn(services: Services): Handler {
  return withRights(services, (c, places) => show(c, services, places, {}))
}

/** `POST /staff/let-in`: somebody at the place lets a device in for a day, and stands for it by name. */
export function letDeviceIn(services: Services): Handler {
  return withRights(services, async (c, places) => {
    const form = formOf(c)
    const asked = askedFor(form)
    const gateway = places.find(({ site }) => site === asked.site)
    if (gateway === undefined) return show(c, services, places, { ...asked, error: 'noPlace' })
    const mac = parseMac(asked.mac.trim())
    if (mac === null) return show(c, services, places, { ...asked, error: 'noMac' })
    const { language } = staffFrameOf(c, services)
    const terms = termsInForce(services.house(), language, services.clock())
    if (terms === null) return show(c, services, places, { ...asked, error: 'noTerms' })
    const { person } = sessionOf(c)
    const actor = actorOf(person)
    const { grantUntil } = await services.staff.letIn(
      acceptanceOf(gateway, mac, terms, actor, new Date(services.clock())),
      {
        actor,
        action: 'guest.let-in',
        subject: `site ${gateway.site}`,
        reason: null,
        details: { mac, seconds: LET_IN_SECONDS },
      },
    )
    services.counters.acceptances.inc()
    const until = grantUntil.getTime()
    const opened = await openForHelper(services, await deviceAt(services, gateway, mac), until)
    const timezone = gateway.guest?.timezone ?? services.house().zone
    const done = { mac, until: grantUntil, timezone, opened }
    return show(c, services, places, { site: asked.site, done })
  })
}

/** One of those that wait, as its button names it; or as it was typed. */
function askedFor(form: URLSearchParams): { readonly site: string; readonly mac: string } {
  const picked = /^(.+) (\S+)$/.exec(form.get('device') ?? '')
  if (picked !== null) return { site: picked[1] ?? '', mac: picked[2] ?? '' }
  return { site: form.get('site') ?? '', mac: (form.get('mac') ?? '').slice(0, 64) }
}

/** With what its gateway told of it, where it was sent to us a moment ago, typed or picked. */
async function deviceAt(services: Services, gateway: PortalGateway, mac: Mac): Promise<Device> {
  const waiting = await services.staff.waitingAt([gateway.site])
  const told = waiting.find((device) => device.mac === mac)
  const own = told === undefined ? undefined : services.house().gateways.get(told.gateway)
  if (told === undefined || own?.site !== gateway.site)
    return { gateway, mac, ip: null, returnData: {} }
  return { gateway: own, mac, ip: told.ip, returnData: told.returnData }
}

function acceptanceOf(
  gateway: PortalGateway,
  mac: Mac,
  terms: NonNullable<ReturnType<typeof termsInForce>>,
  actor: string,
  at: Date,
): Parameters<Services['database']['record']>[0] {
  return {
    mac,
    ...{ ip: null, publicSource: null, gateway: gateway.name, site: gateway.site },
    network: 'guest',
    termsVersion: terms.version,
    language: terms.text.language,
    textSha256: terms.text.sha256,
    ...{ method: 'helper', grantedBy: actor, grantSeconds: LET_IN_SECONDS, at },
  }
}

type WithPlaces = (c: Context, places: readonly PortalGateway[]) => Response | Promise<Response>

/** One gateway of each place that has a guest network, and where this person has the right; none: refused. */
function withRights(services: Services, handle: WithPlaces): Handler {
  return async function letInHandler(c) {
    try {
      const rights = await services.staff.rights(sessionOf(c).person)
      const places = placesOf(services, rights)
      if (places.length === 0)
        return await sendStaffProblem(c, services, 'no-right', { status: 403 })
      return await handle(c, places)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    }
  }
}

function placesOf(services: Services, rights: Rights): readonly PortalGateway[] {
  const bySite = new Map<string, PortalGateway>()
  for (const gateway of services.house().gateways.values()) {
    const { site, association, guest } = gateway
    if (guest === null || bySite.has(site)) continue
    if (rights.can('guests.let-in', { association, site })) bySite.set(site, gateway)
  }
  return [...bySite.values()].toSorted((a, b) => a.siteName.localeCompare(b.siteName, 'fr'))
}

async function show(
  c: Context,
  services: Services,
  places: readonly PortalGateway[],
  asked: Partial<Omit<LetInPage, 'places' | 'waiting' | 'now'>>,
): Promise<Response> {
  const frame = staffFrameOf(c, services)
  const shown = await services.staff.waitingAt(places.map(({ site }) => site))
  const waiting = shown.filter(
    ({ mac }) => services.grantOf(mac) === null && mac !== asked.done?.mac,
  )
  const own = { site: '', mac: '', error: null, done: null, ...asked }
  const page = { ...own, places, waiting, now: services.clock() }
  const status = page.error === null ? 200 : 422
  return sendStaffPage(c, services, { ...letInPage(frame, page), frame, status })
}
