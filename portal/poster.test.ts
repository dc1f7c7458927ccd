import decodeQr from 'qr/decode.js'
import encodeQr from 'qr'
import { describe, expect, test } from 'vitest'
import { asRead, house, testPortal } from './portal-fixture.ts'
import { wifiCode } from './poster.ts'

/** What a camera reads from the page's own picture. */
function scanned(page: string): string {
  const size = Number(/viewBox="0 0 (\d+) \d+"\s+shape/.exec(page)?.[1])
  const scale = 4
  const side = size * scale
  const data = new Uint8Array(side * side * 4).fill(255)
  for (const [, x, y, width] of page.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const first = (row * side + Number(x) * scale) * 4
      data.fill(0, first, first + Number(width) * scale * 4)
      for (let at = first + 3; at < first + Number(width) * scale * 4; at += 4) data[at] = 255
    }
  }
  return decodeQr({ width: side, height: side, data })
}

describe('the poster', () => {
  test('leads a camera to the network where its name is declared', async () => {
    const portal = testPortal()
    portal.world.house = house({ ssid: 'Tables; Ouvertes' })
    const response = await portal.get('/poster?site=75-0042')
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(scanned(page)).toBe('WIFI:T:nopass;S:Tables\\; Ouvertes;;')
    expect(asRead(page)).toContain('choisissez le réseau Tables; Ouvertes dans les réglages')
    expect(portal.counters.pages.poster.value).toBe(1)
  })

  test('leads to the portal, and says how to join, where it is not', async () => {
    const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
    const page = await (await portal.get('/poster?site=75-0042')).text()
    expect(scanned(page)).toBe('https://wifi.example.org/')
    expect(page).toContain('Rejoignez le Wi-Fi du lieu dans les réglages')
  })

  test('is in French and three others, or those that are asked for, four at most', async () => {
    const { get } = testPortal()
    const languages = async (query: string): Promise<string> => {
      const page = await (await get(`/poster?site=75-0042${query}`)).text()
      return [...page.matchAll(/<(?:html|section) lang="(\w+)"/g)].map(([, lang]) => lang).join(' ')
    }
    expect(await languages('')).toBe('fr en ar uk')
    expect(await languages('&lang=ti,so')).toBe('fr ti so')
    expect(await languages('&lang=fr,xx,ps,ps')).toBe('fr ps')
    expect(await languages('&lang=en,ar,uk,ru,es')).toBe('fr en ar uk')
  })

  test('says before anybody connects that a record is kept', async () => {
    const page = await (await testPortal().get('/poster?site=75-0042')).text()
    expect(page).toContain('La loi nous demande de garder un an la trace de la connexion')
    expect(page).toMatch(/<section lang="ar" dir="rtl">/)
  })

  test('is styled under the same policy as every page', async () => {
    const response = await testPortal().get('/poster?site=75-0042')
    const style = /<style>(.*)<\/style>/s.exec(await response.text())?.[1] ?? ''
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    const source = Buffer.from(hash).toString('base64')
    expect(response.headers.get('Content-Security-Policy')).toContain(`'sha256-${source}'`)
  })

  test.each(['', '?site=', '?site=99-9999', '?site=constructor'])(
    'of a place that is not there is not found: %j',
    async (query) => {
      expect((await testPortal().get(`/poster${query}`)).status).toBe(404)
    },
  )

  test('has room for the longest name of a network', () => {
    expect(() => encodeQr(wifiCode(';'.repeat(32)), 'raw')).not.toThrow()
  })
})
