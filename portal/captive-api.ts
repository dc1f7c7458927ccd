import { parseMac } from '#core/mac.ts'
import { ENTRY_FOLDER } from '#db/gateway-entry.ts'
import type { Context, Handler } from 'hono'
import { clientAddress } from './client-address.ts'
import { deviceGrant } from './device-grant.ts'
import type { DeviceGrant } from './device-grant.ts'
import { namedGateway } from './named-gateway.ts'
import { queryOf } from './send-page.ts'
import type { Services } from './services.ts'

/** Behind a gateway's own address. */
const OF_A_DEVICE = '/api'
export const DEVICE_API_PATH = `${ENTRY_FOLDER}:name/:key${OF_A_DEVICE}`

/** RFC 8908 §5. */
interface CaptiveState {
  readonly captive: boolean
  readonly 'user-portal-url'?: string
  readonly 'seconds-remaining'?: number
  readonly 'can-extend-session'?: boolean
}

/**
 * RFC 8908. Who is not on a guest network is told `captive: false`: phones that moved to another
 * network still ask, and would show a portal for ever. The Accept header is not looked at: clients
 * send lists, parameters or nothing.
 */
export function captiveApi(services: Services): Handler {
  return async function captiveApiHandler(c) {
    return answer(c, services, await deviceGrant(c, services))
  }
}

/**
 * The same where we do not see the device's own address: `…/api?mac=…`, which a gateway writes for each device
 * into the option of DHCP. Answered to the place of that gateway alone: elsewhere it would tell about
 * somebody's device to whoever knows its address.
 */
export function captiveApiOfDevice(services: Services): Handler {
  return function captiveApiOfDeviceHandler(c) {
    return answer(c, services, grantByAddress(c, services))
  }
}

function grantByAddress(c: Context, services: Services): DeviceGrant {
  const gateway = namedGateway(c.req.path.slice(0, -OF_A_DEVICE.length), services)
  const mac = parseMac(queryOf(c).get('mac') ?? '')
  const address = clientAddress(c)
  if (gateway === null || mac === null || address === null) return { state: 'elsewhere' }
  const from = services.house().networks.lookup(address)
  if (gateway.guest === null || from?.site !== gateway.site) return { state: 'elsewhere' }
  const until = services.grantOf(mac)
  return until === null ? { state: 'captive' } : { state: 'online', until: new Date(until) }
}

function answer(c: Context, services: Services, grant: DeviceGrant): Response {
  c.header('Cache-Control', 'private, no-store')
  // Saying either would be a guess; the phone falls back to its http probe.
  if (grant.state === 'unknown') return c.body(null, 503)
  const state: CaptiveState =
    grant.state === 'captive'
      ? { captive: true, 'user-portal-url': new URL('/guest', services.publicUrl).href }
      : grant.state === 'online'
        ? { captive: false, 'seconds-remaining': secondsUntil(grant.until, services.clock()) }
        : { captive: false }
  return c.body(JSON.stringify(state), 200, { 'Content-Type': 'application/captive+json' })
}

function secondsUntil(until: Date, now: number): number {
  return Math.max(Math.floor((until.getTime() - now) / 1000), 0)
}
