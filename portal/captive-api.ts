import type { Handler } from 'hono'
import { deviceGrant } from './device-grant.ts'
import type { Services } from './services.ts'

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
    c.header('Cache-Control', 'private, no-store')
    const grant = await deviceGrant(c, services)
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
}

function secondsUntil(until: Date, now: number): number {
  return Math.max(Math.floor((until.getTime() - now) / 1000), 0)
}
