import type { Handler } from 'hono'
import { clientAddress, countedAs } from '../../client-address.ts'
import { LIMITS } from '../../limits.ts'
import type { Services } from '../../services.ts'
import { sealPendingSignIn } from '../pending.ts'
import { returnPath } from '../return-path.ts'
import { sendStaffProblem } from '../send-staff-page.ts'
import { writeCookie } from '../session-cookie.ts'
import { sendOidcRefusal } from './send-refusal.ts'

/** `GET /staff/oidc/NAME/start?to=/staff`: leads to the identity provider. */
export function oidcStart(services: Services): Handler {
  return async function oidcStartHandler(c) {
    const provider = c.req.param('provider') ?? ''
    const query = new URL(c.req.url).searchParams
    const asked = { to: returnPath(query.get('to')), isAgain: query.get('again') === '1' }
    const wait = services.staff.attempts.take(countedAs(clientAddress(c)))
    if (wait > 0) {
      services.staff.outcomes.held.inc()
      c.header('Retry-After', String(wait))
      return sendStaffProblem(c, services, 'busy', { status: 429, to: asked.to })
    }
    const outcome = await services.staff.providers.begin(provider, asked.isAgain)
    if (!outcome.ok) return sendOidcRefusal(c, services, outcome.reason, { ...asked, provider })
    const { address, ...begun } = outcome.begun
    const pending = { ...begun, ...asked, provider, at: services.clock() }
    writeCookie(c, services, 'sign-in', sealPendingSignIn(services.seal, pending), LIMITS.signInMs)
    return c.redirect(address, 303)
  }
}
