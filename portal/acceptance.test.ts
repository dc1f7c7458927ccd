import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  fasLink,
  formAction,
  GENERIC,
  house,
  NOW,
  OPENNDS,
  signedLink,
  terms,
  TERMS_FR,
  testPortal,
} from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const HOUR = 3_600_000

async function actionFor(portal: TestPortal, link = signedLink()): Promise<string> {
  return formAction(await (await portal.get(link)).text())
}

function streamed(
  path: string,
  body: ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Request {
  return new Request(`http://portal.test${path}`, { method: 'POST', body, duplex: 'half', headers })
}

describe('accepting', () => {
  test('needs nothing but accept=yes, records what was shown, and ends on the last page', async () => {
    const portal = testPortal()
    const response = await portal.post(await actionFor(portal), 'accept=yes')
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toMatch(/^\/guest\/connected\?receipt=/)
    expect(portal.recorded).toEqual([
      {
        mac: 'aa:bb:cc:dd:ee:ff',
        ip: '192.168.77.9',
        gateway: 'gw-0042',
        site: '75-0042',
        network: 'guest',
        termsVersion: '2026-01',
        language: 'fr',
        textSha256: createHash('sha256').update(TERMS_FR).digest('hex'),
        method: 'generic',
        renewal: false,
        publicSource: null,
        grantSeconds: 30 * 86_400,
        at: new Date(NOW),
      },
    ])
    expect(portal.counters.acceptances.value).toBe(1)
  })

  test('shows the receipt and until when, in the place’s time', async () => {
    const portal = testPortal()
    const response = await portal.post(await actionFor(portal, `${signedLink()}&lang=en`))
    const page = await (await portal.get(response.headers.get('Location') ?? '')).text()
    expect(page).toContain('You are online')
    expect(page).toContain('K7QF3MRT2B')
    expect(page).toContain('1 July 2026 at 12:00')
  })

  test('opens openNDS by its own address, and brings the phone back to our public one', async () => {
    const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
    const response = await portal.post(await actionFor(portal, fasLink()))
    expect(response.status).toBe(303)
    const location = new URL(response.headers.get('Location') ?? '')
    expect(location.origin + location.pathname).toBe('http://192.168.77.1:2050/opennds_auth/')
    expect(location.searchParams.get('tok')).toBe(
      '1492c6fc98474980b1010c40867ec66c20368db72640f07888e44fe86de2f3cb',
    )
    expect(location.searchParams.get('redir')).toMatch(
      /^https:\/\/wifi\.example\.org\/guest\/connected\?receipt=/,
    )
    expect(portal.recorded[0]).toMatchObject({ method: 'opennds', gateway: 'nds-0042' })
  })

  test('believes config and not the Host header', async () => {
    const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
    const action = await actionFor(portal, fasLink())
    const response = await portal.post(action, 'accept=yes', {
      headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' },
    })
    expect(response.headers.get('Location')).not.toContain('evil')
  })

  test('twice with the same form only renews', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    await portal.post(action)
    portal.world.now += HOUR / 2
    expect((await portal.post(action)).status).toBe(303)
    expect(portal.recorded).toHaveLength(2)
  })

  test('still works when the gateway’s link has expired but the form has not', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.now += HOUR - 1000
    expect((await portal.post(action)).status).toBe(303)
  })
})

describe('the page comes again, and nothing is recorded,', () => {
  test.each(['', 'accept=no', 'accept=YES', 'reject=yes', 'accept', '%%%=%'])(
    'for the body %j',
    async (body) => {
      const portal = testPortal()
      const response = await portal.post(await actionFor(portal), body)
      const page = await response.text()
      expect(response.status).toBe(422)
      expect(page).toContain('role="alert"')
      expect(page).toContain('Vous n’êtes pas encore en ligne')
      expect(formAction(page)).not.toBe('')
      expect(portal.recorded).toEqual([])
    },
  )

  test('when a new version took effect meanwhile; accepting that one works', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.house = house({
      terms: [
        terms('2026-06', '2026-06-01T09:30:00Z', '# Nouvelles', '# New'),
        terms('2026-01', '2026-01-01'),
      ],
    })
    const again = await portal.post(action)
    const page = await again.text()
    expect(again.status).toBe(409)
    expect(page).toContain('Les conditions viennent de changer')
    expect(page).toContain('Nouvelles')
    expect(portal.recorded).toEqual([])
    expect((await portal.post(formAction(page))).status).toBe(303)
    expect(portal.recorded[0]?.termsVersion).toBe('2026-06')
  })

  test('when the text of the same version was corrected meanwhile', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.house = house({ terms: [terms('2026-01', '2026-01-01', '# Corrigées')] })
    expect((await portal.post(action)).status).toBe(409)
  })
})

describe('a form that we did not make', () => {
  test.each(['', 'a1.AAAA', 'x'.repeat(9_000)])('is refused', async (token) => {
    const portal = testPortal()
    const response = await portal.post(`/guest/accept?ticket=${token}`)
    expect(response.status).toBe(400)
    expect(portal.recorded).toEqual([])
  })

  test('or altered by one letter is refused', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    const at = action.length - 30
    const altered = action.slice(0, at) + (action[at] === 'A' ? 'B' : 'A') + action.slice(at + 1)
    expect((await portal.post(altered)).status).toBe(400)
  })

  test('or a receipt in its place is refused', async () => {
    const portal = testPortal()
    const done = await portal.post(await actionFor(portal))
    const receipt = new URL(done.headers.get('Location') ?? '', 'http://x').searchParams
    expect((await portal.post(`/guest/accept?ticket=${receipt.get('receipt')}`)).status).toBe(400)
  })

  test('or older than an hour is refused with a page that helps', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.now += HOUR + 1000
    const response = await portal.post(action)
    expect(response.status).toBe(410)
    expect(await response.text()).toContain('Cette page n’est plus valable')
  })

  test('of a gateway that has been removed is refused', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.house = house({ gateways: [OPENNDS] })
    expect((await portal.post(action)).status).toBe(403)
  })

  test('of a gateway that has changed its kind is refused after all', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.house = house({ gateways: [{ ...OPENNDS, name: GENERIC.name }] })
    expect((await portal.post(action)).status).toBe(403)
    expect(portal.recorded).toEqual([])
  })

  test('with an endless body is not read to its end, and is no failure of ours', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1000
        controller.enqueue(Buffer.from('accept=yes&'.padEnd(1000, 'y')))
      },
    })
    const headers = { 'Transfer-Encoding': 'chunked' }
    const response = await portal.app.request(streamed(action, body, headers))
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(20_000)
    expect(portal.recorded).toEqual([])
    expect(portal.counters.pages.failure.value).toBe(0)
  })

  test('with a body that breaks off is no failure of ours', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('aborted')),
    })
    expect((await portal.app.request(streamed(action, body))).status).toBe(422)
    expect(portal.counters.pages.failure.value).toBe(0)
  })

  test('with a body beyond the limit is refused', async () => {
    const portal = testPortal()
    const response = await portal.post(await actionFor(portal), `accept=yes&x=${'y'.repeat(5000)}`)
    expect(response.status).toBe(413)
    expect(portal.recorded).toEqual([])
  })
})

describe('while the database is away', () => {
  test('the answer is 503, tries again by itself, and keeps the form', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.databaseUp = false
    const response = await portal.post(action)
    const page = await response.text()
    expect(response.status).toBe(503)
    expect(page).toContain('rien n’est perdu')
    expect(page).toContain(`<meta http-equiv="refresh" content="10;url=${action}"`)
    expect(formAction(page)).toBe(action)
    expect(portal.counters.databaseFailures.value).toBe(1)
  })

  test('the retry shows it again, and the terms once it is back', async () => {
    const portal = testPortal()
    const action = await actionFor(portal)
    portal.world.databaseUp = false
    expect((await portal.get(action)).status).toBe(503)
    portal.world.databaseUp = true
    const back = await portal.get(action)
    const page = await back.text()
    expect(back.status).toBe(200)
    expect(page).toContain('C’est rétabli')
    expect((await portal.post(formAction(page))).status).toBe(303)
  })

  test('the terms are still shown, in either language', async () => {
    const portal = testPortal()
    portal.world.databaseUp = false
    const action = await actionFor(portal)
    expect((await portal.get(`${action}&lang=en`)).status).toBe(200)
  })
})
