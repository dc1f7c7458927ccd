import type { Handler } from 'hono'
import type { Services } from './services.ts'

/** The process runs and answers. */
export function healthz(): Handler {
  return function healthzHandler(c) {
    return c.json({ status: 'ok' })
  }
}

/** Every role of the process can do its work, or which cannot and why. */
export function readyz(services: Services): Handler {
  return function readyzHandler(c) {
    const problems = services.health()
    return problems.length === 0
      ? c.json({ status: 'ready' })
      : c.json({ status: 'not ready', problems }, 503)
  }
}
