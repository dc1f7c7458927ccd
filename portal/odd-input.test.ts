import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAS_KEY, fasLink, OPENNDS, house, signedLink, testPortal } from './portal-fixture.ts'

const PATHS = ['/', '/guest', '/guest/terms', '/guest/connected', '/guest/accept', '/nothing']
const NAMES = [
  'gateway',
  'mac',
  'ip',
  't',
  'sig',
  'url',
  'lang',
  'fas',
  'iv',
  'status',
  'ticket',
  'receipt',
]

const MARK = `"'<>&`
const odd = fc.oneof(
  fc.constant(MARK),
  fc.string({ unit: 'binary', maxLength: 80 }).map((text) => MARK + text),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\0', '\r\nSet-Cookie: a=b', 'javascript:alert(1)', '%', '%ff', '../..'),
  fc.integer({ min: 200, max: 9_000 }).map((length) => 'x'.repeat(length)),
)

/** Nothing that came in stands on the page unescaped, and nothing breaks. */
async function inspect(response: Response): Promise<void> {
  expect(response.status).not.toBe(500)
  expect(response.headers.get('Set-Cookie')).toBeNull()
  expect(await response.text()).not.toContain(MARK)
}

test('odd values in any parameter of any page are escaped, and never a failure', async () => {
  const portal = testPortal({ requests: 1e9 })
  const query = fc.array(fc.tuple(fc.constantFrom(...NAMES), odd), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), query, async (path, pairs) => {
      const search = new URLSearchParams(pairs).toString()
      await inspect(await portal.get(`${path}?${search}`))
      await inspect(await portal.post(`${path}?${search}`))
    }),
    { numRuns: 400 },
  )
})

test('odd values in a signed link are escaped, and never a failure', async () => {
  const portal = testPortal({ requests: 1e9 })
  const values = fc.record({ gateway: odd, mac: odd, ip: odd, t: odd }, { requiredKeys: [] })
  await fc.assert(
    fc.asyncProperty(values, async (change) => {
      await inspect(await portal.get(signedLink(change)))
    }),
    { numRuns: 200 },
  )
})

test('odd values inside fas are escaped, and never a failure', async () => {
  const portal = testPortal({ requests: 1e9 })
  portal.world.house = house({
    gateways: [{ ...OPENNDS, name: MARK, siteName: MARK, fas: { level: 1, key: FAS_KEY } }],
  })
  const field = fc.constantFrom('hid', 'clientip', 'clientmac', 'gatewayname', 'gatewayaddress')
  await fc.assert(
    fc.asyncProperty(field, odd, async (name, value) => {
      const link = fasLink({ gatewayname: encodeURIComponent(MARK), [name]: value })
      await inspect(await portal.get(link))
    }),
    { numRuns: 200 },
  )
})
