import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { createAcceptanceBatch } from './acceptance-batch.ts'
import type { Acceptance } from './acceptances.ts'
import { createGrantTable } from './grants.ts'
import { readJournal } from './journal.ts'
import { soon } from '../test/support/soon.ts'

const DEADLINE_MS = 60_000

function macOf(n: number): Mac {
  return parseMac(`02:ac:ce:55:00:${n.toString(16).padStart(2, '0')}`) as Mac
}

function acceptance(n: number, change: Partial<Acceptance> = {}): Acceptance {
  return {
    ...{ mac: macOf(n), ip: '192.168.77.9', publicSource: null, gateway: 'gw-0042' },
    ...{ site: '75-0042', network: 'guest', termsVersion: '2026-01', language: 'fr' },
    ...{ textSha256: 'ab', method: 'generic', grantSeconds: 3_600, at: new Date() },
    ...change,
  }
}

test('acceptances of the same moment are written in few transactions, each with its own proof, grant and line of the log', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const grants = createGrantTable({ database, log: silentLog, clock: Date.now })
  await grants.start()
  const record = createAcceptanceBatch(database.as('portal'), DEADLINE_MS)
  const numbers = Array.from({ length: 100 }, (_, n) => n)
  const accepted = await Promise.all(numbers.map((n) => record(acceptance(n))))
  expect(new Set(accepted.map(({ code }) => code)).size).toBe(100)
  const rows = await database.sql<{ code: string; mac: Mac; transaction: string }[]>`
    select code, mac::text as mac, xmin::text as transaction from guest.acceptance`
  // One alone, as nothing was being written; 64; the others.
  expect(new Set(rows.map(({ transaction }) => transaction)).size).toBe(3)
  const macByCode = new Map(rows.map(({ code, mac }) => [code, mac]))
  expect(accepted.map(({ code }) => macByCode.get(code))).toEqual(numbers.map(macOf))
  const entries = await database.sql.begin((sql) =>
    readJournal(sql, '0', { entries: 1_000, events: 1_000 }),
  )
  expect(entries.flatMap(({ lines }) => lines)).toHaveLength(100)
  await soon(() => expect(grants.size).toBe(100))
  expect(numbers.map((n) => grants.until(macOf(n)))).toEqual(
    accepted.map(({ grantUntil }) => grantUntil.getTime()),
  )
  await grants.stop()
})

test('one that cannot be written is refused alone', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const record = createAcceptanceBatch(database.as('portal'), DEADLINE_MS)
  const results = await Promise.allSettled([
    record(acceptance(1)),
    record(acceptance(2)),
    // A helper without a name.
    record(acceptance(3, { method: 'helper' })),
    record(acceptance(4)),
  ])
  expect(results.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  ])
  const [count] = await database.sql`select count(*)::int as proofs from guest.acceptance`
  expect(count).toEqual({ proofs: 3 })
})

test('the second of two taps keeps the longer grant that the first was given', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const record = createAcceptanceBatch(database.as('portal'), DEADLINE_MS)
  const [, first, second] = await Promise.all([
    record(acceptance(1)),
    record(acceptance(2, { grantSeconds: 7_200 })),
    record(acceptance(2)),
  ])
  expect(second.code).not.toBe(first.code)
  expect(second.grantUntil).toEqual(first.grantUntil)
})
