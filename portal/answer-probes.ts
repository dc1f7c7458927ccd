import { html } from 'hono/html'
import type { Context, MiddlewareHandler } from 'hono'
import { deviceGrant } from './device-grant.ts'
import { probeAt } from './probes.ts'
import type { Probe } from './probes.ts'
import type { OnlineAnswer } from './probe-table.ts'
import { asksOurName, urlOf } from './send-page.ts'
import type { Services } from './services.ts'
import { chooseLanguage, textIn } from './text/language.ts'

/**
 * Answers an operating system's question "am I online?" where a gateway leads it to us: what the
 * system expects to a device that is let in, else a redirect to the portal's own name. The portal
 * itself is never shown under a foreign name.
 */
export function answerProbes(services: Services): MiddlewareHandler {
  return function answerProbe(c, next) {
    if (asksOurName(c, services.publicUrl)) return next()
    const { hostname, pathname } = urlOf(c)
    const probe = probeAt(hostname, pathname)
    return probe === null ? next() : answer(c, services, probe)
  }
}

async function answer(c: Context, services: Services, probe: Probe): Promise<Response> {
  if (probe.kind === 'probe') {
    const grant = await deviceGrant(c, services)
    if (grant.state === 'online') return online(c, services, probe.online)
  }
  services.counters.probes.captive.inc()
  return toPortal(c, services)
}

function online(c: Context, services: Services, answer: OnlineAnswer): Response {
  services.counters.probes.online.inc()
  for (const [name, value] of Object.entries(answer.headers ?? {})) c.header(name, value)
  if (answer.type !== undefined) c.header('Content-Type', answer.type)
  return answer.status === 204 ? c.body(null, 204) : c.body(answer.body ?? '', 200)
}

/** 302 with a small body: some systems take an empty one for a failure, not for a portal. */
export function toPortal(c: Context, services: Services): Response | Promise<Response> {
  const portal = new URL('/guest', services.publicUrl).href
  const language = chooseLanguage(null, c.req.header('Accept-Language') ?? null)
  c.header('Location', portal)
  return c.html(
    html`<!doctype html>
      <html lang="${language}">
        <title>Wi-Fi</title>
        <p><a href="${portal}">${textIn(language).captive.redirecting}</a></p>
      </html>`,
    302,
  )
}
