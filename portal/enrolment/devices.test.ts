import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeIssuingRequest } from '#core/pki/authorities.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { certificatesOf } from '#core/pki/pem.ts'
import { NOW, testPortal } from '../portal-fixture.ts'
import type { SignedIn, TestPortal } from '../portal-fixture.ts'

const DAY_MS = 86_400_000
const MAKE = '/staff/devices/new'
let portal: TestPortal
let browser: SignedIn

beforeEach(async () => {
  portal = testPortal()
  await portal.enrolment.ready()
  browser = await portal.signedIn()
})

const page = async (address: string): Promise<string> => (await browser.get(address)).text()

/** Fields that the page would send, its passphrase among them. */
async function send(way: string, more: Readonly<Record<string, string>> = {}): Promise<Response> {
  const form = await page(`${MAKE}?way=${way}`)
  const passphrase = /name="passphrase" value="([^"]+)"/.exec(form)?.[1]
  return browser.post(MAKE, {
    ...{ way, name: 'PC de Hélène', kind: 'laptop', ...(passphrase && { passphrase }) },
    ...more,
  })
}

const DOWNLOADS = [
  ['apple', 'application/x-apple-aspen-config', 'mobileconfig'],
  ['windows', 'application/octet-stream', 'cmd'],
  ['android', 'application/eap-config', 'eap-config'],
  ['chromeos', 'application/x-onc', 'onc'],
  ['linux', 'text/x-shellscript', 'sh'],
  ['pkcs12', 'application/x-pkcs12', 'p12'],
] as const

describe('my devices', () => {
  test('are for who is signed in', async () => {
    const answer = await portal.get('/staff/devices')
    expect(answer.headers.get('Location')).toBe('/staff/sign-in?to=%2Fstaff%2Fdevices')
  })

  test('begin with nothing, and say what to do; both languages have every sentence', async () => {
    const ways = [
      'apple',
      'windows',
      'android',
      'chromeos',
      'linux',
      'pkcs12',
      'request',
      'password',
    ]
    await send('linux')
    const [device] = portal.enrolment.devices
    const paths = ways.map((way) => `${MAKE}?way=${way}`)
    for (const path of ['/staff/devices', `/staff/devices/${device?.id}`, ...paths]) {
      for (const language of ['fr', 'en']) {
        const answer = await browser.get(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`)
        expect(answer.status).toBe(200)
        const text = await answer.text()
        expect(text).toContain(`<html lang="${language}">`)
        expect(text).not.toMatch(/undefined|\{\w+\}<|\[object/)
      }
    }
    portal.enrolment.devices = []
    expect(await page('/staff/devices?lang=en')).toContain('You have not enrolled a device yet')
  })

  test('of others are neither seen nor revoked nor renewed', async () => {
    await send('linux')
    const [device] = portal.enrolment.devices
    const other = await portal.signedIn({ account: 'eve', subject: 'e-1' })
    const id = device?.id ?? ''
    expect((await other.get(`/staff/devices/${id}`)).status).toBe(404)
    expect((await other.post(`/staff/devices/${id}/revoke`, { reason: 'lost' })).status).toBe(404)
    expect((await other.post(MAKE, { way: 'linux', device: id })).status).toBe(404)
    expect(portal.enrolment.devices.map(({ revokedAt }) => revokedAt)).toEqual([null])
  })

  test('are revoked by a form with a reason, from the list at once', async () => {
    await send('linux')
    const id = portal.enrolment.devices[0]?.id ?? ''
    expect((await browser.post(`/staff/devices/${id}/revoke`, { reason: 'me' })).status).toBe(400)
    const answer = await browser.post(`/staff/devices/${id}/revoke`, { reason: 'lost' })
    expect([answer.status, answer.headers.get('Location')]).toEqual([
      ...[303, '/staff/devices?done=revoked'],
    ])
    const list = await page('/staff/devices?done=revoked&lang=en')
    expect(list).toContain('can no longer join')
    expect(list).toMatch(/Revoked on <bdi>\w+ \d+, 2026/)
  })

  test('ask to be renewed a month before their end, and before the root changes under them', async () => {
    await send('linux')
    expect(await page('/staff/devices?lang=en')).not.toContain('Renew it before')
    const [device] = portal.enrolment.devices
    if (device === undefined) throw new Error('there is no device')
    portal.enrolment.devices = [{ ...device, endsAt: new Date(NOW + 20 * DAY_MS) }]
    expect(await page('/staff/devices?lang=en')).toContain('Renew it before')
    expect(await page('/staff?lang=en')).toContain('Renew it before')
    portal.enrolment.devices = [device]
    expect(await page('/staff?lang=en')).not.toContain('Renew it before')
    const [first] = portal.enrolment.generationsNow
    if (first === undefined) throw new Error('there is no authority')
    const second = { ...first, generation: 2, serverFrom: new Date(NOW + 60 * DAY_MS) }
    portal.enrolment.generationsNow = [first, second]
    expect(await page('/staff/devices?lang=en')).toContain(
      'The key of the network is about to change',
    )
    portal.enrolment.devices = [{ ...device, generation: 2 }]
    expect(await page('/staff/devices?lang=en')).not.toContain('about to change')
  })
})

describe('a new device', () => {
  test('is offered the way of the device that asks', async () => {
    const answer = await portal.app.request(MAKE)
    expect(answer.status).toBe(303)
    const text = await page(`${MAKE}?way=apple&lang=en`)
    expect(text).toContain('iPhone, iPad or Mac')
    expect(text).toContain('href="/staff/devices/new?way=windows"')
  })

  test.each(DOWNLOADS)('by %s gets one file, with its type, never kept', async (way, type, end) => {
    const answer = await send(way)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toBe(type)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('Content-Disposition')).toBe(
      `attachment; filename="Les-Tables-Ouvertes-wifi.${end}"`,
    )
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(500)
    expect(portal.enrolment.devices).toMatchObject([
      { name: 'PC de Hélène', kind: 'laptop', credential: 'certificate', account: 'helene' },
    ])
  })

  test('gets a PKCS #12 under the passphrase that its page shows, and under none of its own', async () => {
    const form = await page(`${MAKE}?way=pkcs12`)
    const passphrase = /name="passphrase" value="([^"]+)"/.exec(form)?.[1] ?? ''
    const answer = await browser.post(MAKE, { way: 'pkcs12', name: 'PC', passphrase })
    const pfx = Buffer.from(await answer.arrayBuffer())
    expect(() => createSecureContext({ pfx, passphrase })).not.toThrow()
    const weak = await browser.post(MAKE, { way: 'pkcs12', name: 'PC', passphrase: '1234' })
    expect(weak.status).toBe(400)
  })

  test('with a key of its own gets a certificate for it, and is told what is wrong with a request', async () => {
    const { keyPem, publicKey } = await makeKeyPair('p256')
    const request = await makeIssuingRequest('whatever', keyPem)
    const answer = await send('request', { request })
    const [own = ''] = certificatesOf(await answer.text())
    const shown = new X509Certificate(own).publicKey.export({ type: 'spki', format: 'der' })
    expect(shown).toEqual(publicKey)
    expect(new X509Certificate(own).ca).toBe(false)
    const wrong = await send('request', { request: 'hello' })
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toContain('hello</textarea>')
  })

  test('without a name is asked again, with what was given', async () => {
    for (const name of ['', '  ', 'x'.repeat(65), 'a\u0000b']) {
      const answer = await send('linux', { name, kind: 'printer' })
      expect(answer.status).toBe(422)
      expect(await answer.text()).toMatch(/value="printer"\s+selected/)
    }
    expect(portal.enrolment.devices).toEqual([])
  })

  test('is for who proved a short while ago who they are', async () => {
    portal.world.now += 31 * 60_000
    const answer = await browser.get(`${MAKE}?way=apple`)
    expect(answer.headers.get('Location')).toContain('again=1')
    expect((await browser.post(MAKE, { way: 'linux', name: 'PC' })).status).toBe(403)
    expect(portal.enrolment.devices).toEqual([])
  })

  test('is renewed under its name and kind', async () => {
    await send('linux')
    const id = portal.enrolment.devices[0]?.id ?? ''
    expect(await page(`${MAKE}?way=linux&device=${id}&lang=en`)).toContain('Renew “PC de Hélène”')
    const answer = await browser.post(MAKE, { way: 'linux', device: id })
    expect(answer.headers.get('Content-Type')).toBe('text/x-shellscript')
    expect(portal.enrolment.devices).toHaveLength(1)
  })

  test('finds the page closed before there is a network or an authority, and while the database is away', async () => {
    portal.enrolment.settingsNow = { ...portal.enrolment.settingsNow, ssids: [] }
    expect(await page(`${MAKE}?lang=en`)).toContain('No staff Wi-Fi is declared')
    const other = testPortal()
    const { get } = await other.signedIn()
    expect(await (await get(`${MAKE}?lang=en`)).text()).toContain('has not started yet')
    portal.world.databaseUp = false
    expect((await browser.get('/staff/devices')).status).toBe(503)
  })
})

describe('a device with a password', () => {
  test('is shown it once, with a picture, and can have a file made of it', async () => {
    const answer = await send('password')
    const text = await answer.text()
    const password = /name="password" value="([^"]+)"/.exec(text)?.[1] ?? ''
    const id = portal.enrolment.devices[0]?.id ?? ''
    expect(password).toMatch(/^([a-z2-9]{5}-){5}[a-z2-9]$/)
    expect(text).toContain(`device-${id}@restos.example`)
    expect(text).toContain('class="qr"')
    expect(await page('/staff/devices')).not.toContain(password)
    for (const way of ['apple', 'windows', 'android', 'chromeos', 'linux']) {
      const file = await browser.post('/staff/devices/profile', { way, device: id, password })
      expect(file.status).toBe(200)
    }
    const wrong = { way: 'apple', device: id, password: 'other' }
    expect((await browser.post('/staff/devices/profile', wrong)).status).toBe(404)
  })

  test('is not offered where the organisation takes certificates only', async () => {
    portal.enrolment.settingsNow = { ...portal.enrolment.settingsNow, passwords: false }
    expect(await page(`${MAKE}?way=linux`)).not.toContain('way=password')
    expect((await browser.post(MAKE, { way: 'password', name: 'Caisse' })).status).toBe(403)
  })
})

describe('what programs ask', () => {
  test('is answered without a session: the list, OCSP, the roots', async () => {
    const list = await portal.get('/pki/crl/1.crl')
    expect(list.headers.get('Content-Type')).toBe('application/pkix-crl')
    expect((await portal.get('/pki/crl/2.crl')).status).toBe(404)
    expect((await portal.get('/pki/crl/../../etc/passwd')).status).toBe(404)
    const roots = await (await portal.get('/pki/roots.pem')).text()
    expect(new X509Certificate(roots).ca).toBe(true)
    const asked = await portal.get(`/pki/ocsp/${encodeURIComponent('MAo=')}`)
    expect(asked.headers.get('Content-Type')).toBe('application/ocsp-response')
    const headers = { 'Content-Type': 'application/ocsp-request' }
    expect((await portal.post('/pki/ocsp', 'x', { headers })).status).toBe(200)
    const long = await portal.post('/pki/ocsp', 'x'.repeat(5000), { headers })
    expect(Buffer.from(await long.arrayBuffer())).toEqual(Buffer.of(0x30, 3, 0x0a, 1, 1))
    portal.world.databaseUp = false
    expect((await portal.get('/pki/crl/1.crl')).status).toBe(503)
  })
})
