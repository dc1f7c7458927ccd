import type { Handler } from 'hono'
import type { Services } from '../../services.ts'
import { finishSignIn } from '../finish-sign-in.ts'
import { openPendingSignIn } from '../pending.ts'
import { sendStaffProblem } from '../send-staff-page.ts'
import { dropCookie, readCookie } from '../session-cookie.ts'
import { sendOidcRefusal } from './send-refusal.ts'

/**
 * `GET /staff/oidc/NAME/callback`: the browser comes back from the identity provider. Only the one that began
 * has the cookie, and it is gone after one try.
 */
export function oidcCallback(services: Services): Handler {
  return async function oidcCallbackHandler(c) {
    const { staff, seal } = services
    const pending = openPendingSignIn(seal, readCookie(c, services, 'sign-in'), services.clock())
    dropCookie(c, services, 'sign-in')
    // An answer of one provider must not pass for that of another (RFC 9207).
    if (pending === null || pending.provider !== c.req.param('provider')) {
      staff.outcomes['pending-expired'].inc()
      return sendStaffProblem(c, services, 'pending-expired', { status: 400 })
    }
    const answer = await staff.providers.finish(pending, new URL(c.req.url).search)
    if (!answer.ok) return sendOidcRefusal(c, services, answer.reason, pending)
    const { person, session, idToken } = answer
    const provider = { name: pending.provider, session, idToken }
    const refusal = await finishSignIn(c, services, { person, provider, isAgain: pending.isAgain })
    return refusal ?? c.redirect(pending.to, 303)
  }
}
