import type { Context } from 'hono'
import { internalGrantSeconds } from '#db/internal-grants.ts'
import { tried } from '../enrolment/devices.ts'
import type { Device } from '../gateways/gateway.ts'
import { openGateway } from '../open-gateway.ts'
import { frameOf, sendRefusal } from '../send-page.ts'
import type { Services } from '../services.ts'
import { isCaptiveBrowser } from '../staff/captive-browser.ts'
import { sendStaffPage, sendStaffProblem, staffFrameOf } from '../staff/send-staff-page.ts'
import { clientAddress, countedAs } from '../client-address.ts'
import { arrivalPage } from './arrival-page.ts'
import { internalNetworkOf } from './internal-network.ts'
import { joinPath } from './paths.ts'

/**
 * A device of an internal network was sent here by its gateway: who it belongs to signs in for it. Null: it is a
 * guest's. One that was let in already goes on; where its gateway sends it back within seconds it is asked again.
 */
export async function internalArrival(
  c: Context,
  services: Services,
  device: Device,
): Promise<Response | null> {
  const captive = internalNetworkOf(device)
  if (captive === null) return null
  const { gateway, mac } = device
  const wait = services.acceptances.take(`${gateway.name} ${countedAs(clientAddress(c))}`)
  if (wait > 0) {
    c.header('Retry-After', String(wait))
    return sendRefusal(c, services, 'too-many')
  }
  const key = `${gateway.name} ${mac}`
  const known = await tried(services, () => services.internal.grantOf(mac))
  if (known === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  if (known !== null && services.returned.get(key) === undefined) {
    services.returned.set(key, true)
    const frame = frameOf(c, services)
    const path = `/guest/connected?already=yes&lang=${frame.language}`
    const opened = { device, until: known.until.getTime(), path }
    const response = await openGateway(c, services, frame, opened)
    if (response !== null) return response
  }
  const { ip, returnData } = device
  const arrival = { gateway: gateway.name, mac, ip, returnData }
  const code = await tried(services, () => services.internal.noteArrival(arrival))
  if (code === 'away') return sendStaffProblem(c, services, 'unavailable', { status: 503 })
  const frame = staffFrameOf(c, services)
  const page = arrivalPage(frame, {
    address: new URL(joinPath(code), services.publicUrl).href,
    path: joinPath(code),
    seconds: internalGrantSeconds(captive, mac),
    isCaptive: isCaptiveBrowser(c.req.header('User-Agent') ?? ''),
  })
  return sendStaffPage(c, services, { ...page, frame })
}
