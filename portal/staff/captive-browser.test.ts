import { describe, expect, test } from 'vitest'
import { testPortal } from '../portal-fixture.ts'
import { isCaptiveBrowser } from './captive-browser.ts'

const APPLE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
const ANDROID =
  'Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0 Mobile Safari/537.36'

describe('the small window that a phone opens by itself', () => {
  test.each([APPLE, ANDROID, 'CaptiveNetworkSupport-481 wispr', 'Microsoft NCSI'])(
    'is known: %s',
    (agent) => expect(isCaptiveBrowser(agent)).toBe(true),
  )

  test.each([
    `${APPLE} Version/18.5 Safari/604.1`,
    `${APPLE} CriOS/131.0 Safari/604.1`,
    'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18 Safari/605.1.15',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    '',
  ])('is not any other: %s', (agent) => expect(isCaptiveBrowser(agent)).toBe(false))

  test('is told at every page of staff to open the real browser, with the address to copy', async () => {
    const { get } = testPortal()
    const cases = [
      ['/staff', '/staff'],
      ['/staff/sessions', '/staff/sessions'],
      ['/staff/sign-in?to=%2Fadmin%2Fsites', '/admin/sites'],
      ['/staff/oidc/restos/start', '/staff/oidc/restos/start'],
    ] as const
    for (const [path, copied] of cases) {
      for (const agent of [APPLE, ANDROID]) {
        const answer = await get(path, { headers: { 'User-Agent': agent } })
        expect(answer.status).toBe(200)
        const page = await answer.text()
        expect(page).toContain(`>http://portail.example.org${copied}</span>`)
        expect(page).toContain('href="/guest"')
        expect(page).not.toContain('type="password"')
      }
    }
  })

  test('still shows guests their own pages', async () => {
    const { get } = testPortal()
    const answer = await get('/guest/terms', { headers: { 'User-Agent': APPLE } })
    expect(await answer.text()).toContain('Conditions')
  })
})
