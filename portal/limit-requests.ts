import type { Context, MiddlewareHandler } from 'hono'
import { problem } from './api/problem.ts'
import { clientAddress, countedAs } from './client-address.ts'
import { namedGateway } from './named-gateway.ts'
import { sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

/**
 * Stops one address, or one gateway, from taking the portal from everybody else. Gateways that poll may come
 * through one proxy, by a path that only each of them knows.
 */
export function limitRequests(services: Services): MiddlewareHandler {
  // Without a promise of its own for what passes.
  return function limitRequest(c, next) {
    const gateway = namedGateway(c, services)
    const key = gateway === null ? countedAs(clientAddress(c)) : `gateway ${gateway.name}`
    const wait = services.requests.take(key)
    if (wait === 0) return next()
    return tooMany(c, services, wait)
  }
}

async function tooMany(c: Context, services: Services, wait: number): Promise<Response> {
  c.header('Retry-After', String(wait))
  if (c.req.path.startsWith('/api/')) return problem(c, 'too-many', `Wait ${wait} s.`)
  return sendRefusal(c, services, 'too-many')
}
