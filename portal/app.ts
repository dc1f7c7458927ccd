import { Hono } from 'hono'
import { pipeline } from './pipeline.ts'
import type { Services } from './services.ts'

/** Requests in, responses out; no socket. */
export function createApp(services: Services): Hono {
  const app = new Hono()
  pipeline(app, services)
  return app
}
