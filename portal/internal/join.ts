import type { Context, Handler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { parseMac } from '#core/mac.ts'
import { INTERNAL_GRANT_LIMITS, internalGrantSeconds } from '#db/internal-grants.ts'
import { actorOf } from '#db/people.ts'
import { readReceiptCode } from '#db/receipt-code.ts'
import type { CaptiveNetwork } from '#db/sites.ts'
import { sendClosed } from '../enrolment/closed.ts'
import { tried } from '../enrolment/devices.ts'
import { DEVICES_PATH } from '../enrolment/paths.ts'
import type { Device } from '../gateways/gateway.ts'
import { openGateway } from '../open-gateway.ts'
import { frameOf } from '../send-page.ts'
import type { Services } from '../services.ts'
import { sessionOf } from '../staff/require-session.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { formOf } from '../staff/staff-form.ts'
import { closedPage, joinPage } from './join-page.ts'
import type { ClosedWhy } from './join-page.ts'
import { internalNetworkOf } from './internal-network.ts'

/** A device that was shown the page, and the network that it came from. */
interface Presented {
  readonly device: Device
  readonly captive: CaptiveNetwork
}

/** `GET /staff/network/CODE`: which device it is, for whoever has signed in. */
export function askToJoin(services: Services): Handler {
  return async function askToJoinHandler(c) {
    const presented = await present(c, services)
    if (presented instanceof Response) return presented
    const { device, captive } = presented
    const frame = staffFrameOf(c, services)
    const page = joinPage(frame, {
      mac: device.mac,
      siteName: device.gateway.siteName,
      seconds: internalGrantSeconds(captive, device.mac),
      now: services.clock(),
      timezone: captive.network.timezone,
    })
    return sendStaffPage(c, services, { ...page, frame })
  }
}

/** `POST /staff/network/CODE`: written first, opened second. */
export function join(services: Services): Handler {
  return async function joinHandler(c) {
    const presented = await present(c, services)
    if (presented instanceof Response) return presented
    const { device, captive } = presented
    const { gateway, mac } = device
    const { person } = sessionOf(c)
    const granted = await tried(services, () =>
      services.internal.grant({
        ...{ mac, gateway: gateway.name, site: gateway.site },
        owner: person,
        seconds: internalGrantSeconds(captive, mac),
        actor: actorOf(person),
        at: new Date(services.clock()),
      }),
    )
    if (granted === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!granted.ok) return close(c, services, granted.reason, 409)
    services.counters.internalGrants.inc()
    const opened = { device, until: granted.until.getTime(), path: `${DEVICES_PATH}?done=joined` }
    return (
      (await openGateway(c, services, frameOf(c, services), opened)) ??
      sendStaffProblem(c, services, 'unavailable', { status: 503 })
    )
  }
}

/** `POST /staff/devices/internal/end`: without another proof, as somebody whose tablet was stolen is in a hurry. */
export function endInternal(services: Services): Handler {
  return async function endInternalHandler(c) {
    const { person } = sessionOf(c)
    const mac = parseMac(formOf(c).get('mac') ?? '')
    if (mac === null) return sendClosed(c, services, 'wrong', 400)
    const wish = { mac, account: person.account, actor: actorOf(person) }
    const isEnded = await tried(services, () => services.internal.end(wish))
    if (isEnded === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
    if (!isEnded) return sendClosed(c, services, 'unknown', 404)
    return c.redirect(`${DEVICES_PATH}?done=access-ended`, 303)
  }
}

/** The device of the code, where this person may let it in; else the page that says why not. */
async function present(c: Context, services: Services): Promise<Presented | Response> {
  const code = readReceiptCode(c.req.param('code') ?? '')
  const arrival =
    code === null ? null : await tried(services, () => services.internal.findArrival(code))
  if (arrival === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  if (arrival === null) return close(c, services, 'unknown', 404)
  const gateway = services.house().gateways.get(arrival.gateway)
  const device = gateway === undefined ? null : { ...arrival, gateway }
  const captive = device === null ? null : internalNetworkOf(device)
  if (device === null || captive === null) return close(c, services, 'elsewhere', 403)
  const refusal = services.internal.refusalOf(captive.network, sessionOf(c).person.groups)
  if (refusal !== null) return close(c, services, 'refused', 403, refusal)
  return { device, captive }
}

function close(
  c: Context,
  services: Services,
  why: ClosedWhy,
  status: ContentfulStatusCode,
  refusal = '',
): Response | Promise<Response> {
  const frame = staffFrameOf(c, services)
  const words = { refusal, count: String(INTERNAL_GRANT_LIMITS.devices) }
  return sendStaffPage(c, services, { ...closedPage(frame, why, words), frame, status })
}
