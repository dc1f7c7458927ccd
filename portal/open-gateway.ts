import { reasonOf } from '#core/error.ts'
import type { Context } from 'hono'
import { adapterOf } from './gateways/adapters.ts'
import type { Device } from './gateways/gateway.ts'
import { OPENING_PATH, sealOpening } from './opening.ts'
import type { Frame } from './pages/layout.ts'
import { sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

/** The device may come in, and that is written: its gateway opens. Null: the database is away. */
export async function openGateway(
  c: Context,
  services: Services,
  frame: Frame,
  {
    device,
    until,
    path,
  }: {
    readonly device: Device
    readonly until: number
    /** Of our last page, from the root of our own host. */
    readonly path: string
  },
): Promise<Response | null> {
  const connected = { path, url: new URL(path, services.publicUrl).href }
  const now = services.clock()
  const opening = { connected, until, now, world: services.gatewayWorld }
  const { gateway } = device
  try {
    const next = await adapterOf(gateway.kind).release(device, opening)
    switch (next.outcome) {
      case 'go':
        // 303, so that the gateway sees a GET and a reload does not post again (RFC 9110 §15.4.4).
        return c.redirect(next.location, 303)
      case 'wait': {
        const state = { id: next.id, gateway: gateway.name, last: path, since: now }
        const query = `state=${sealOpening(services.seal, state)}&lang=${frame.language}`
        return c.redirect(`${OPENING_PATH}?${query}`, 303)
      }
      case 'refused':
        return await sendRefusal(c, services, next.reason, frame)
    }
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.gateway.not-opened', {
      gateway: gateway.name,
      reason: reasonOf(thrown),
    })
    return null
  }
}
