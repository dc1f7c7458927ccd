import { reasonOf } from '#core/error.ts'
import { publicSource } from '#db/public-source.ts'
import type { Context } from 'hono'
import type { Device } from './gateways/gateway.ts'
import { termsInForce } from './house.ts'
import { LIMITS } from './limits.ts'
import { openGateway } from './open-gateway.ts'
import type { Frame } from './pages/layout.ts'
import type { Services } from './services.ts'

/**
 * A device that accepted the terms in force, here or at another place, comes in without a page as long as
 * its grant lasts. Null: it has to be asked; one whose grant ends soon is, to renew it in one tap. One that comes again within seconds is asked too, since its
 * gateway did not open, and sending it back once more would be a circle.
 */
export async function returningDevice(
  c: Context,
  services: Services,
  frame: Frame,
  device: Device,
): Promise<Response | null> {
  const { gateway, mac, ip } = device
  const until = services.grantOf(mac)
  if (until === null || gateway.guest === null) return null
  const terms = termsInForce(services.house(), frame.language, services.clock())
  if (terms === null) return null
  if (endsSoon(until, services.clock(), gateway.guest.grantSeconds)) return null
  const key = `${gateway.name} ${mac}`
  if (services.returned.get(key) !== undefined) return null
  const refusal = (await services.confirm(device)) ?? null
  if (refusal !== null) return null
  services.returned.set(key, true)
  try {
    const written = await services.database.recordReturn({
      mac,
      ip,
      publicSource: publicSource(gateway.guest, ip, null),
      gateway: gateway.name,
      site: gateway.site,
      termsVersion: terms.version,
      at: new Date(services.clock()),
    })
    if (written === null) return null
    const path = `/guest/connected?already=yes&lang=${frame.language}`
    const opened = { device, until: written.grantUntil.getTime(), path }
    const response = await openGateway(c, services, frame, opened)
    if (response !== null) services.counters.returns.inc()
    return response
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.return.not-recorded', {
      gateway: gateway.name,
      reason: reasonOf(thrown),
    })
    return null
  }
}

const LAST_TENTH = 0.1

function endsSoon(until: number, now: number, grantSeconds: number): boolean {
  return until - now < Math.min(LIMITS.renewSoonMs, grantSeconds * 1000 * LAST_TENTH)
}
