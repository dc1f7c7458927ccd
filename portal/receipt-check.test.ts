import { describe, expect, test } from 'vitest'
import { readReceiptCode } from '#db/receipt-code.ts'
import { LIMITS } from './limits.ts'
import { asRead, NOW, signedLink, testPortal, formAction } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const HASH = 'ab'.repeat(32)

function withReceipt(): TestPortal {
  const portal = testPortal()
  portal.world.receipts.set('K7QF3MRT2B', {
    ...{ at: new Date(NOW), site: '75-0042', network: 'guest', macEnd: 'ee:ff' },
    ...{ termsVersion: '2026-01', language: 'fr', textSha256: HASH, renewal: false },
  })
  return portal
}

describe('the page that checks a receipt', () => {
  test('asks for a code, and shows what was accepted, when, where, and the way to that very text', async () => {
    const { get } = withReceipt()
    expect(await (await get('/guest/receipt?lang=en')).text()).toContain('name="code"')
    const response = await get('/guest/receipt?code=K7QF3MRT2B&lang=en')
    const page = asRead(await response.text())
    expect(response.status).toBe(200)
    expect(page).toContain('This receipt is genuine')
    expect(page).toContain('Version 2026-01 of the terms, accepted on 1 June 2026 at 12:00.')
    expect(page).toContain('Centre Nation')
    expect(page).toContain('French')
    expect(page).toContain(`href="/guest/terms/${HASH}?lang=en"`)
    expect(page).toContain('ends in <span dir="ltr">ee:ff</span>')
    expect(page).not.toContain('aa:bb')
    expect(page).not.toContain('folded')
  })

  test('takes a code as people write it', () => {
    for (const typed of ['k7qf3 mrt2b', ' K7QF3-MRT2B ', 'K7QF–3MRT.2B'])
      expect(readReceiptCode(typed), typed).toBe('K7QF3MRT2B')
    for (const typed of [
      '',
      'K7QF3MRT2',
      'K7QF3MRT2BB',
      'K7QF3MRT2O',
      'K7QF3MRT2İ',
      '💶'.repeat(5),
    ])
      expect(readReceiptCode(typed), typed).toBeNull()
  })

  test.each(['2222222222', 'short', '<script>', 'x'.repeat(5_000)])(
    'says of %j that no receipt has it, and keeps it in the field',
    async (typed) => {
      const response = await withReceipt().get(
        `/guest/receipt?${new URLSearchParams({ code: typed }).toString()}`,
      )
      const page = await response.text()
      expect(response.status).toBe(404)
      expect(page).toContain('Aucun reçu n’a ce code')
      expect(page).not.toContain('<script>')
      expect(page.length).toBeLessThan(14_336)
    },
  )

  test('lets nobody try many codes from one address, and a neighbour goes on', async () => {
    const portal = withReceipt()
    for (let i = 0; i < LIMITS.receiptChecks.burst; i += 1)
      await portal.get('/guest/receipt?code=2222222222')
    const refused = await portal.get('/guest/receipt?code=K7QF3MRT2B')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await refused.text()).not.toContain('2026-01')
    expect((await portal.get('/guest/receipt')).status).toBe(200)
    const neighbour = { from: '192.168.77.10' }
    expect((await portal.get('/guest/receipt?code=K7QF3MRT2B', neighbour)).status).toBe(200)
  })

  test('does not say that a receipt is unknown while the database is away', async () => {
    const portal = withReceipt()
    portal.world.databaseUp = false
    const response = await portal.get('/guest/receipt?code=K7QF3MRT2B')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('Aucun reçu')
  })

  test('is where the last page leads', async () => {
    const portal = withReceipt()
    const terms = await (await portal.get(`${signedLink()}&lang=en`)).text()
    const done = await portal.post(formAction(terms))
    const last = await (await portal.get(done.headers.get('Location') ?? '')).text()
    expect(last).toContain('href="/guest/receipt?code=K7QF3MRT2B&lang=en"')
  })
})
