import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { request } from 'node:http'
import { entryPath } from '../../db/gateway-entry.ts'
import { LIMITS } from '../../portal/limits.ts'
import { createCertificateAuthority } from '../support/peers/certificate-authority.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { readForm, signedPath } from '../support/peers/guest.ts'
import { createOpenNdsPlace } from '../support/peers/opennds-place.ts'
import { eventually } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

const NAME = 'portal.example.org'
/** A phone that its gateway sends to the portal again is asked sooner than this, whatever it accepted. */
const AGAIN_MS = LIMITS.returnMs + 5_000

interface Phone {
  readonly mac: string
  readonly ip: string
}

/** A place of the fixture with an openNDS that asks the portal whom to let in. */
interface Polled {
  readonly level: 3 | 4
  readonly gateway: { readonly name: string; readonly secret: string }
  /** Tells it apart from others of the run. */
  readonly role: string
  readonly lan: string
  readonly guest: Phone
  /** Accepted at another place. */
  readonly known: Phone
}

/** openNDS 9.10 at level 3: what it tells is encrypted. */
export function openndsPolled(scenario: Scenario): Promise<void> {
  return polled(scenario, {
    level: 3,
    gateway: { name: 'gw-0045', secret: 's3cret-of-0045' },
    ...{ role: '3', lan: '192.168.83' },
    guest: { mac: '02:00:5e:00:83:09', ip: '192.168.83.9' },
    known: { mac: '02:00:5e:00:83:10', ip: '192.168.83.10' },
  })
}

/** openNDS 10 at level 4, which came with it: what it tells is readable to who is between it and the phone. */
export function opennds10(scenario: Scenario): Promise<void> {
  return polled(scenario, {
    level: 4,
    gateway: { name: 'gw-0048', secret: 's3cret-of-0048' },
    ...{ role: '4', lan: '192.168.88' },
    guest: { mac: '02:00:5e:00:88:09', ip: '192.168.88.9' },
    known: { mac: '02:00:5e:00:88:10', ip: '192.168.88.10' },
  })
}

/** AuthMon asks over TLS that ends in front of the portal, as it would in production. */
async function polled({ product, folder, test }: Scenario, o: Polled): Promise<void> {
  const { level, gateway, guest, known } = o
  await using place = await createOpenNdsPlace({
    ...{ folder, product, role: o.role, lan: o.lan, portalName: NAME },
    phones: [known, guest],
  })
  const authority = await createCertificateAuthority(folder, 'opennds-ca')
  const port = await freePort()
  await using _front = await startTlsFront(
    await authority.issue(NAME),
    { host: place.ours, port },
    product.ports.http,
  )
  const settings = {
    name: gateway.name,
    key: '1234567890',
    level,
    tls: { name: NAME, caFile: authority.caFile },
    portal: { address: place.ours, port, path: entryPath(gateway) },
  } as const
  let nds = await place.startGateway(settings)
  await using _end = { [Symbol.asyncDispose]: () => nds[Symbol.asyncDispose]() }
  const trust = ['--cacert', authority.caFile, '--resolve', `${NAME}:${port}:${place.ours}`]
  /** Where the portal sends the phone, at the name that it knows. */
  const here = (to: URL): string => `https://${NAME}:${port}${to.pathname}${to.search}`

  let waiting = new URL('about:blank')
  let falls = 0
  const lastPage = (from: URL): Promise<URL> =>
    eventually('the waiting page goes on', () =>
      place.redirect(...trust, here(from)).catch(() => null),
    )

  /** It answers nobody while it reports what it did. */
  const generate204 = (): Promise<URL | null> =>
    place.redirect('http://1.2.3.4/generate_204').catch(() => null)
  const sentToPortal = (): Promise<URL> =>
    eventually('the phone is sent to the portal', generate204, 120_000)

  /** By what it accepted before, or by accepting now: how much time has passed is not ours to say. */
  const comesIn = async (): Promise<void> => {
    let walked = 0
    const look = async (): Promise<boolean> => {
      if (await place.isOnline()) {
        // One that is being started again lets everybody pass for a moment.
        await nds.answers()
        return place.isOnline()
      }
      const portal = Date.now() - walked < AGAIN_MS ? null : await generate204()
      if (portal === null) return false
      walked = Date.now()
      const { stdout } = await place.curl(...trust, '-w', '%{redirect_url}', portal.href)
      if (URL.canParse(stdout)) waiting = new URL(stdout)
      if (stdout.includes('method="post"')) {
        const { action, fields } = readForm(stdout)
        const origin = `Origin: https://${NAME}:${port}`
        const accept = here(new URL(action, portal))
        waiting = await place.redirect(...trust, '--data', fields.toString(), '-H', origin, accept)
      }
      return false
    }
    await eventually('the phone is online', look, 180_000)
  }
  /** With no other walk, but where its gateway fell over letting it in. */
  const isLetIn = async (fallsBefore: number): Promise<void> => {
    const look = async (): Promise<boolean> => (await place.isOnline()) || nds.falls() > fallsBefore
    await eventually('the phone is online', look, 60_000)
    if (nds.falls() === fallsBefore) return
    await nds.answers()
    await comesIn()
  }

  await test('a phone that accepted at another place comes in without a page, at the next poll', async () => {
    const link = signedPath({ gateway: 'gw-0042', secret: 'testing123', ...known })
    const page = await (await fetch(`${product.portalUrl}${link}`)).text()
    const { action, fields } = readForm(page)
    const to = new URL(action, product.portalUrl)
    await fetch(to, { method: 'POST', body: fields, redirect: 'manual' })

    falls = nds.falls()
    const portal = await sentToPortal()
    assert.equal(portal.host, `${NAME}:${port}`)
    assert.equal(portal.pathname, entryPath(gateway))
    assert.equal(portal.searchParams.has('iv'), level === 3)
    waiting = await place.redirect(...trust, portal.href)
    assert.equal(waiting.pathname, '/guest/opening')
    await isLetIn(falls)
    const last = await lastPage(waiting)
    assert.equal(last.pathname, '/guest/connected')
  })

  await test('another phone reads the terms, in French', async () => {
    await place.change(guest)
    falls = nds.falls()
    const portal = await sentToPortal()
    const page = await place.curl('-f', ...trust, '-H', 'Accept-Language: fr', portal.href)
    assert.match(page.stdout, /La loi demande de garder un an/)
    const { action, fields } = readForm(page.stdout)
    const origin = `Origin: https://${NAME}:${port}`
    const accept = here(new URL(action, portal))
    waiting = await place.redirect(...trust, '--data', fields.toString(), '-H', origin, accept)
    assert.equal(waiting.pathname, '/guest/opening')
  })
  await test('and is online at the next poll, with its receipt', async () => {
    await isLetIn(falls)
    // It opens first, and says so afterwards.
    const last = await lastPage(waiting)
    assert.equal(last.pathname, '/guest/connected')
    // After a fall it comes by what it accepted, for which there is no second receipt.
    if (nds.falls() > falls) return
    const { stdout } = await place.curl('-f', ...trust, here(last))
    assert.match(stdout, /class="code">[2-9A-Z]{10}</)
  })
  await test('the gateway says what became of the session, and the log has its end', async () => {
    await nds.ndsctl('deauth', guest.mac)
    await eventually('the phone is out', async () => !(await place.isOnline()))
    const rows = await eventually('the stop is in the log', async () => {
      const found = await product.searchLogs('--mac', guest.mac)
      return found[0]?.stop == null ? undefined : found
    })
    const { gateway: by, cause } = rows[0] ?? {}
    assert.deepEqual({ by, cause }, { by: gateway.name, cause: 'Admin-Reset' })
  })
  await test('a restarted gateway forgets those that waited, and opens for who comes', async () => {
    await place.change(known)
    await nds.stop()
    nds = await place.startGateway(settings)
    assert.equal(await place.isOnline(), false)
    await comesIn()
  })
  await test('when the grant has ended the gateway puts the phone out, and it sees the terms', async () => {
    await place.change(guest)
    await comesIn()
    let looked = Date.now()
    // A gateway that ended by itself and was started again has its phones out too: they come in by their grant, until that has ended.
    const seesTerms = async (): Promise<boolean> => {
      if (Date.now() - looked < AGAIN_MS || (await place.isOnline())) return false
      const portal = await generate204()
      if (portal === null) return false
      looked = Date.now()
      return (await place.curl('-f', ...trust, portal.href)).stdout.includes('<form')
    }
    await eventually('the phone is out, and sees the terms', seesTerms, 180_000)
  })
}

/** TLS in front of the portal. */
async function startTlsFront(
  pair: { readonly certFile: string; readonly keyFile: string },
  at: { readonly host: string; readonly port: number },
  portalPort: number,
): Promise<AsyncDisposable> {
  const server = createServer(
    { cert: readFileSync(pair.certFile), key: readFileSync(pair.keyFile) },
    (incoming, outgoing) => {
      const { method, url, headers } = incoming
      const to = { host: '127.0.0.1', port: portalPort, method, path: url, headers }
      const forward = request(to, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      forward.on('error', () => outgoing.destroy())
      incoming.pipe(forward)
    },
  )
  await new Promise<void>((resolve) => server.listen(at.port, at.host, resolve))
  return {
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
