import { reasonOf } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Handler } from 'hono'
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { openingPage } from './pages/opening-page.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

export const OPENING_PATH = '/guest/opening'

const OPENING = z.strictObject({
  id: z.string(),
  gateway: z.string(),
  /** Our last page, with what it says. */
  last: z.string(),
  since: z.number(),
})

/** What the waiting page waits for; sealed, so that nobody asks about another device's gateway. */
type OpeningState = z.infer<typeof OPENING>

const CONTEXT = 'portal opening 1'

export function sealOpening(seal: Seal, state: OpeningState): string {
  return seal.seal(JSON.stringify(state), CONTEXT)
}

function openOpening(seal: Seal, token: string): OpeningState | null {
  const bytes = token === '' ? null : seal.open(token, CONTEXT)
  if (bytes === null) return null
  const parsed = OPENING.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  return parsed.success ? parsed.data : null
}

/**
 * `GET /guest/opening`: asks again by itself until the gateway has opened, then goes to the last page: a
 * full navigation, after which a phone looks again whether it is online.
 */
export function opening(services: Services): Handler {
  return async function openingHandler(c) {
    const frame = frameOf(c, services)
    const state = openOpening(services.seal, queryOf(c).get('state') ?? '')
    if (state === null) return sendRefusal(c, services, 'bad-ticket', frame)
    if (await isOpen(services, state)) return c.redirect(state.last, 303)
    if (services.clock() - state.since > LIMITS.openingMs) {
      services.log.warn('portal.gateway.silent', { gateway: state.gateway })
      return sendRefusal(c, services, 'gateway-silent', frame)
    }
    const url = new URL(c.req.url)
    const body = openingPage(frame, `${url.pathname}${url.search}`)
    return sendPage(c, services, { name: 'opening', frame, body })
  }
}

async function isOpen(services: Services, state: OpeningState): Promise<boolean> {
  try {
    return await services.gatewayWorld.store.isOpen(state.id)
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    const reason = reasonOf(thrown)
    services.log.warn('portal.gateway.not-found-out', { gateway: state.gateway, reason })
    return false
  }
}
