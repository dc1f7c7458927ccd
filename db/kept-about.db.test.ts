import { parseMac } from '#core/mac.ts'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import type { Database } from './connection.ts'
import { keptAbout } from './kept-about.ts'

const NOW = new Date('2026-06-01T10:00:00Z')
const DAY_MS = 86_400_000

async function accept(database: Database, macText: string, at: Date): Promise<void> {
  const mac = parseMac(macText)
  if (mac === null) throw new Error(macText)
  await recordAcceptance(database, {
    ...{ mac, ip: '192.168.77.9', publicSource: null, gateway: 'gw-0042', site: '75-0042' },
    ...{ network: 'guest', termsVersion: '2026-01', language: 'fr', textSha256: 'ab' },
    ...{ method: 'generic', grantSeconds: 30 * 86_400, at },
  })
}

test('the portal reads what one device accepted, newest first, and nothing of others', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const portal = database.as('portal')
  const mac = parseMac('aa:bb:cc:dd:ee:ff')
  if (mac === null) throw new Error('not a MAC')
  expect(await keptAbout(portal, mac, NOW)).toEqual({ acceptances: [], until: null })

  const earlier = new Date(NOW.getTime() - DAY_MS)
  await accept(portal, mac, earlier)
  await accept(portal, mac, NOW)
  await accept(portal, '02:00:00:00:00:01', NOW)
  const one = { site: '75-0042', termsVersion: '2026-01', language: 'fr', textSha256: 'ab' }
  const until = new Date(NOW.getTime() + 30 * DAY_MS)
  expect(await keptAbout(portal, mac, NOW)).toEqual({
    acceptances: [
      { ...one, at: NOW },
      { ...one, at: earlier },
    ],
    until,
  })
  expect((await keptAbout(portal, mac, until)).until).toBeNull()
})

test('the portal cannot read acceptances in any other way', async () => {
  await using database = await openTestDatabase()
  const { sql } = database.as('portal')
  await expect(sql`select language from guest.acceptance`).rejects.toThrow(/permission denied/)
  await expect(
    database.as('dns').sql`select * from guest.kept_about('aa:bb:cc:dd:ee:ff')`,
  ).rejects.toThrow(/permission denied/)
})
