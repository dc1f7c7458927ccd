import type { Context, MiddlewareHandler } from 'hono'
import { problem } from './api/problem.ts'
import { clientAddress, countedAs } from './client-address.ts'
import type { PortalGateway } from './gateways/gateway.ts'
import { namedGateway } from './named-gateway.ts'
import { sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'

/** Requests that have been counted, and have come to the pipeline after that. */
const counted = new WeakSet<object>()

/**
 * Stops one address, or one gateway, from taking the portal from everybody else. Gateways that poll may come
 * through one proxy, by a path that only each of them knows.
 */
export function limitRequests(services: Services): MiddlewareHandler {
  // Without a promise of its own for what passes.
  return function limitRequest(c, next) {
    const { incoming } = (c.env ?? {}) as { incoming?: object }
    if (incoming !== undefined && counted.has(incoming)) return next()
    const wait = take(services, namedGateway(c.req.path, services), clientAddress(c))
    if (wait === 0) return next()
    return tooMany(c, services, wait)
  }
}

/** Counts a request before the pipeline. False: it is one too many, which the pipeline finds too and says. */
export function countedPast(
  services: Services,
  incoming: object,
  named: PortalGateway | null,
  address: Uint8Array | null,
): boolean {
  if (take(services, named, address) > 0) return false
  counted.add(incoming)
  return true
}

function take(
  { requests }: Services,
  named: PortalGateway | null,
  address: Uint8Array | null,
): number {
  return requests.take(named === null ? countedAs(address) : `gateway ${named.name}`)
}

async function tooMany(c: Context, services: Services, wait: number): Promise<Response> {
  c.header('Retry-After', String(wait))
  if (c.req.path.startsWith('/api/')) return problem(c, 'too-many', `Wait ${wait} s.`)
  return sendRefusal(c, services, 'too-many')
}
