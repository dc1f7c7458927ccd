import type { Handler } from 'hono'
import { reasonOf } from '#core/error.ts'
import { readForm } from '../../read-form.ts'
import type { Services } from '../../services.ts'
import { OIDC_LIMITS } from './limits.ts'

/**
 * `POST /staff/oidc/backchannel-logout/NAME`: an identity provider says that somebody signed out there
 * (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).
 */
export function backchannelLogout(services: Services): Handler {
  return async function backchannelLogoutHandler(c) {
    c.header('Cache-Control', 'no-store')
    const name = c.req.param('provider') ?? ''
    const form = await readForm(c, OIDC_LIMITS.logoutBytes)
    const token = form === 'too-large' ? null : form.get('logout_token')
    const ended = token === null ? null : await services.staff.providers.readLogout(name, token)
    if (ended === null) return c.json({ error: 'invalid_request' }, 400)
    try {
      await services.staff.sessions.endOfProvider(name, ended)
      return c.body(null, 200)
    } catch (thrown) {
      services.counters.databaseFailures.inc()
      services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
      // It is sent again: what has not ended must not count as ended.
      return c.json({ error: 'temporarily_unavailable' }, 503)
    }
  }
}
