import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { answerAtOnce } from '../../portal/answer-at-once.ts'
import { createHttpListener } from '../../portal/listen-http.ts'
import { fasLink, testPortal } from '../../portal/portal-fixture.ts'
import { freePort } from '../support/peers/free-ports.ts'
import type { Check } from './session.ts'

/**
 * Chromium applies form-action to the redirect that answers a POST, here to the gateway on another
 * host and back: a policy too strict would leave the phone on a dead button. The gateway is a stand-in
 * for openNDS, which needs root; the portal is the real one on a port of its own.
 */
export async function releaseRedirectChecks(browser: Browser): Promise<Check[]> {
  const visits: string[] = []
  const portalHost = { host: '127.0.78.1', port: await freePort() }
  const gateway = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://gateway.test')
    visits.push(`${request.method} ${url.pathname}`)
    response.writeHead(307, { Location: url.searchParams.get('redir') ?? '/' }).end()
  })
  const gatewayPort = await listen(gateway, '127.0.78.2')
  const portalUrl = `http://${portalHost.host}:${portalHost.port}`
  const { app, services } = testPortal({ publicUrl: portalUrl })
  const listener = createHttpListener(app, answerAtOnce(services), portalHost)
  await listener.open()
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'fr' })
  try {
    const page = await context.newPage()
    await page.goto(portalUrl + fasLink({ gatewayaddress: `127.0.78.2:${gatewayPort}` }))
    await page.locator('main form button').click()
    const heading = (await page.locator('h1').textContent())?.trim() ?? ''
    const last = new URL(page.url())
    return [
      {
        name: 'openNDS release: the form leads through the gateway with a GET',
        ok: visits.join() === 'GET /opennds_auth/',
        detail: visits.join(),
      },
      {
        name: 'openNDS release: the gateway leads back to the connected page',
        ok: last.pathname === '/guest/connected' && heading === 'Vous êtes en ligne',
        detail: `${last.pathname}: ${heading}`,
      },
    ]
  } finally {
    await context.close()
    await listener.close()
    gateway.close()
  }
}

function listen(server: Server, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, host, () => resolve((server.address() as AddressInfo).port))
  return promise
}
