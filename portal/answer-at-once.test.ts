import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { answerAtOnce } from './answer-at-once.ts'
import { GENERIC, NOW, OPENNDS, fasLink, house, signedLink, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const HOST = '127.0.77.2'
const MAC = 'aa:bb:cc:dd:ee:ff'

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly page: string
}

interface Front extends AsyncDisposable {
  readonly portal: TestPortal
  /** How many were not answered at once. */
  readonly passedOn: () => number
  get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Seen>
}

/** The portal behind a socket; `whole: false` leaves all to the pipeline. */
async function open({ requests = 1_000, whole = true } = {}): Promise<Front> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const publicUrl = `http://${HOST}:${(server.address() as AddressInfo).port}`
  const portal = testPortal({ publicUrl, requests })
  const atOnce = answerAtOnce(portal.services)
  const pipeline = getRequestListener(portal.app.fetch, { overrideGlobalObjects: false })
  let passedOn = 0
  server.on('request', (incoming, outgoing) => {
    if (whole && atOnce(incoming, outgoing)) return
    passedOn += 1
    void pipeline(incoming, outgoing)
  })
  return {
    portal,
    passedOn: () => passedOn,
    async get(path, headers = {}, method = 'GET') {
      const response = await fetch(publicUrl + path, {
        headers: { 'Accept-Language': 'fr', ...headers },
        method,
        redirect: 'manual',
      })
      const { date, 'content-length': length, ...rest } = Object.fromEntries(response.headers)
      const page = await response.text()
      expect([typeof date, Number(length ?? page.length)]).toEqual([
        'string',
        method === 'HEAD' ? expect.any(Number) : Buffer.byteLength(page),
      ])
      // Sealed anew for each, at the same length.
      return { status: response.status, headers: rest, page: page.replaceAll(/a1\.[\w-]+/g, 'a1') }
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

describe('a phone that has to be asked', () => {
  test.each([
    ['a signed link', signedLink(), {}],
    ['a link in Arabic', signedLink(), { 'Accept-Language': 'ar' }],
    ['a language that was chosen', `${signedLink()}&lang=uk`, {}],
    ['openNDS', fasLink(), {}],
  ])('gets the very page of the pipeline at once: %s', async (_, path, headers) => {
    await using front = await open()
    await using slow = await open({ whole: false })
    // The first of its language is made by the pipeline.
    await front.get(path, headers)
    expect(front.passedOn()).toBe(1)
    const { portal } = front
    const [before] = [portal.counters.pages.terms.value]
    expect(await front.get(path, headers)).toEqual(await slow.get(path, headers))
    expect(front.passedOn()).toBe(1)
    expect(portal.counters.pages.terms.value).toBe(before + 1)
    expect(portal.noted).toHaveLength(2)
  })

  test('is asked by one button where it accepted these terms the last time', async () => {
    await using front = await open()
    front.portal.world.access.set(MAC, { until: NOW - 60_000, termsVersion: '2026-01' })
    await front.get(signedLink())
    const { page } = await front.get(signedLink())
    expect(page).toContain('<details')
    expect(front.passedOn()).toBe(1)
    expect(front.portal.counters.pages.renewal.value).toBe(2)
  })
})

describe('anything else is left to the pipeline', () => {
  test.each([
    ['a forged link', signedLink().replace(/sig=..../, 'sig=0000'), 403],
    ['nothing that a gateway says', '/guest?lang=en', 200],
    ['a path of no gateway', '/guest/from/gw-0042/00000000000000000000000000000000?mac=x', 403],
    ['another page', '/guest/terms?lang=fr', 200],
  ])('%s', async (_, path, status) => {
    await using front = await open()
    await front.get(signedLink())
    expect((await front.get(path)).status).toBe(status)
    expect(front.passedOn()).toBe(2)
  })

  test('a device of an internal network, which is asked for its owner', async () => {
    await using front = await open()
    const { staff } = GENERIC
    if (staff === null) throw new Error('the fixture has a staff network')
    const captive = {
      ...{ ssid: 'Restos-Sign-In', gateways: [], grantSeconds: 43_200, randomMacSeconds: 14_400 },
      network: { ...staff, vlan: 40 },
    }
    const gateways = [{ ...GENERIC, staff: { ...staff, captive } }]
    front.portal.world.house = house({ gateways })
    await front.get(signedLink())
    const { page } = await front.get(signedLink({ ip: '192.168.78.9' }))
    expect(page).toContain('Le réseau interne de')
    expect(front.passedOn()).toBe(2)
  })

  test('a device that has a grant, which its gateway is opened for', async () => {
    await using front = await open()
    await front.get(signedLink())
    front.portal.world.access.set(MAC, { until: NOW + 86_400_000, termsVersion: '2026-01' })
    expect((await front.get(signedLink())).status).toBe(303)
    expect(front.portal.returns).toHaveLength(1)
  })

  test('HEAD, another name, and a house without terms', async () => {
    await using front = await open()
    await front.get(signedLink())
    expect((await front.get(signedLink(), {}, 'HEAD')).page).toBe('')
    front.portal.world.house = house({ gateways: [GENERIC, OPENNDS], terms: [] })
    expect((await front.get(signedLink())).status).toBe(503)
    expect(front.passedOn()).toBe(3)
  })

  test('what throws, which is then told as a failure', async () => {
    await using front = await open()
    await front.get(signedLink())
    const broken = {
      ...GENERIC,
      get siteName(): string {
        throw new Error('broken')
      },
    }
    front.portal.world.house = house({ gateways: [broken] })
    expect((await front.get(signedLink())).status).toBe(500)
    expect((await front.get('/guest')).status).toBe(200)
  })
})

test('a request is counted once, whoever answers it', async () => {
  await using front = await open({ requests: 6 })
  await front.get(signedLink())
  await front.get(signedLink())
  const forged = signedLink().replace(/sig=..../, 'sig=0000')
  for (let i = 0; i < 4; i += 1) expect((await front.get(forged)).status).toBe(403)
  expect((await front.get(signedLink())).status).toBe(429)
  expect((await front.get('/guest')).status).toBe(429)
})
