import type { Context, MiddlewareHandler } from 'hono'
import { AppError, reasonOf } from '#core/error.ts'
import { shownToken } from '../api/bearer.ts'
import type { Services } from '../services.ts'
import { scimError } from './answer.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Whom the audit names for what a token does. */
    readonly scimActor: string | undefined
  }
}

/** Lets by who shows a token of the API with the scope `scim` (RFC 6750); what fails below is a SCIM error. */
export function requireScimToken(services: Services): MiddlewareHandler {
  return async function requireScimTokenHandler(c, next) {
    const token = shownToken(c)
    if (token === null) {
      c.header('WWW-Authenticate', 'Bearer realm="accueil"')
      return scimError(c, 401, 'Send the header "Authorization: Bearer TOKEN".')
    }
    try {
      const use = await services.scim.token(token)
      if (!use.ok) {
        c.header('WWW-Authenticate', 'Bearer realm="accueil", error="invalid_token"')
        const isScope = use.refusal === 'scope'
        return isScope
          ? scimError(c, 403, 'The token does not have the scope scim.')
          : scimError(c, 401, 'See npx accueil tokens list, and make another token.')
      }
      c.set('scimActor', use.actor)
    } catch (thrown) {
      return away(c, services, thrown)
    }
    await next()
    // What a handler threw has become the page for people: this is a program.
    if (c.error !== undefined) c.res = away(c, services, c.error)
    return undefined
  }
}

/** Who does it, for the audit; only behind `requireScimToken`. */
export function scimActorOf(c: Context): string {
  const actor = c.get('scimActor')
  if (actor === undefined) throw new AppError('no-token', 'this route does not ask for a token')
  return actor
}

function away(c: Context, services: Services, thrown: unknown): Response {
  services.counters.databaseFailures.inc()
  services.log.warn('portal.staff.unavailable', { reason: reasonOf(thrown) })
  c.header('Retry-After', '10')
  return scimError(c, 503, 'The database does not answer at this moment.')
}
