import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signedLink, testPortal } from './portal-fixture.ts'

const ADDRESSES = [
  '/',
  '/guest',
  signedLink(),
  signedLink({}, 'wrong'),
  '/nothing',
  '/readyz',
  '/captive-portal/api',
  'http://captive.apple.com/hotspot-detect.html',
  '/guest/logo/0',
]

describe.each(ADDRESSES)('the answer to %s', (address) => {
  test('forbids sniffing, framing, referrers and everything that is not named', async () => {
    const { headers } = await testPortal().get(address)
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; /)
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('Content-Security-Policy')).not.toMatch(/unsafe|\*/)
  })

  test('is kept by no cache', async () => {
    const { headers } = await testPortal().get(address)
    expect(headers.get('Cache-Control')).toContain('no-store')
  })
})

test('the policy allows exactly the style that is in the page', async () => {
  const response = await testPortal().get('/')
  const css = /<style>([^]*?)<\/style>/.exec(await response.text())?.[1] ?? ''
  const hash = createHash('sha256').update(css).digest('base64')
  expect(response.headers.get('Content-Security-Policy')).toContain(`style-src 'sha256-${hash}';`)
})
