import type { MiddlewareHandler } from 'hono'
import { problem } from './api/problem.ts'
import { clientAddress, countedAs } from './client-address.ts'
import { sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

/** Stops one address from taking the portal from everybody else. */
export function limitRequests(services: Services): MiddlewareHandler {
  return async function limitRequest(c, next) {
    const wait = services.requests.take(countedAs(clientAddress(c)))
    if (wait === 0) return next()
    c.header('Retry-After', String(wait))
    if (c.req.path.startsWith('/api/')) return problem(c, 'too-many', `Wait ${wait} s.`)
    return sendRefusal(c, services, 'too-many')
  }
}
