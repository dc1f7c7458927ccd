import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { declareTerms, seedHouse } from '../test/support/house.ts'
import { foldJournal } from '../test/support/journal.ts'
import { findGrantByAddress, recordAcceptance } from './acceptances.ts'
import type { Acceptance } from './acceptances.ts'
import type { Database } from './connection.ts'
import { createGrantTable, RENEWABLE_MS } from './grants.ts'
import { findReceipt } from './receipts.ts'
import { runPurge } from './retention.ts'
import { effectiveTerms, loadTerms, textDigest } from './terms.ts'
import { soon } from '../test/support/soon.ts'

const DAY_MS = 86_400_000
const MAC = parseMac('02:ac:ce:55:00:01') as Mac
const TOMORROW = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)
const TODAY = new Date().toISOString().slice(0, 10)

function acceptance(change: Partial<Acceptance> = {}): Acceptance {
  return {
    ...{ mac: MAC, ip: '192.168.77.9', publicSource: null, gateway: 'gw-0042', site: '75-0042' },
    ...{ network: 'guest', termsVersion: '2026-01', language: 'fr', textSha256: 'ab' },
    ...{ method: 'generic', grantSeconds: 3_600, at: new Date() },
    ...change,
  }
}

/** Both answer alike: who wrote the statement does not matter. */
async function refused(database: Database, statement: string): Promise<void> {
  await expect(database.sql.unsafe(statement), statement).rejects.toThrow(
    /the terms "2026-01" are in force since 2026-01-01: people have accepted that text, declare a new version/,
  )
}

describe('terms in force', () => {
  test('are not changed by anybody, the owner of the database included', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    for (const statement of [
      `update house.terms set effective = '2027-01-01'`,
      `update house.terms set version = 'other'`,
      `delete from house.terms`,
      `delete from house.terms_text where language = 'fr'`,
      `update house.terms_text set language = 'de' where language = 'fr'`,
      `update house.terms_text set markdown = 'x', sha256 = '${textDigest('x')}'`,
      `insert into house.terms_text values ('2026-01', 'de', 'x', '${textDigest('x')}')`,
    ]) {
      await refused(database, statement)
    }
  })

  test('are what they were when their text comes from a version that is still to come', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await declareTerms(database, 'next', TOMORROW)
    await refused(
      database,
      `update house.terms_text set version = '2026-01' where version = 'next'`,
    )
    await database.sql`delete from house.terms_text where version = 'next' and language = 'fr'`
    await database.sql`update house.terms set effective = ${TODAY} where version = 'next'`
    await expect(database.sql`delete from house.terms_text where version = 'next'`).rejects.toThrow(
      /the terms "next" are in force since/,
    )
  })

  test('have the hash of their very text', async () => {
    await using database = await openTestDatabase()
    await expect(
      database.sql.begin(async (sql) => {
        await sql`insert into house.terms (version, effective) values ('v', ${TODAY})`
        await sql`insert into house.terms_text values ('v', 'fr', 'Café', ${textDigest('Cafe')})`
      }),
    ).rejects.toThrow(/terms_text_check/)
  })
})

describe('an acceptance', () => {
  test('keeps version, language, hash, device, place, gateway, network, method and time', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const at = new Date('2026-06-01T10:00:00Z')
    const { code } = await recordAcceptance(
      database.as('portal'),
      acceptance({ at, renewal: true }),
    )
    const [row] = await database.sql`
      select mac::text, at, gateway, site, network, terms_version as version, language,
             text_sha256 as hash, method, renewal, granted_by as by
      from guest.acceptance where code = ${code}`
    expect(row).toEqual({
      ...{ mac: MAC, at, gateway: 'gw-0042', site: '75-0042', network: 'guest' },
      ...{ version: '2026-01', language: 'fr', hash: 'ab', method: 'generic' },
      ...{ renewal: true, by: null },
    })
  })

  test('by a helper names who let the device in, and by anything else nobody', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const { code } = await recordAcceptance(
      database.as('portal'),
      acceptance({ method: 'helper', grantedBy: 'alice' }),
    )
    const [row] = await database.sql`
      select granted_by as by from guest.acceptance where code = ${code}`
    expect(row).toEqual({ by: 'alice' })
    for (const wrong of [{ method: 'helper' }, { grantedBy: 'alice' }])
      await expect(recordAcceptance(database, acceptance(wrong))).rejects.toThrow(/check/)
  })

  test('is shown to who has its code, with no address in full, and to nobody else', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    const at = new Date('2026-06-01T10:00:00Z')
    const { code } = await recordAcceptance(portal, acceptance({ at }))
    expect(await findReceipt(portal, code)).toEqual({
      ...{ at, site: '75-0042', network: 'guest', macEnd: '00:01', termsVersion: '2026-01' },
      ...{ language: 'fr', textSha256: 'ab', renewal: false },
    })
    expect(await findReceipt(portal, '2222222222')).toBeNull()
    await expect(findReceipt(database.as('radius'), code)).rejects.toThrow(/permission denied/)
  })
})

describe('a new version of the terms', () => {
  test('asks again whoever accepted the one before, and the proof of that stays as long as the log', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    const grants = createGrantTable({
      ...{ database: database.as('radius'), log: silentLog, clock: Date.now },
    })
    await grants.start()
    try {
      const { code, grantUntil } = await recordAcceptance(portal, acceptance())
      await soon(() => expect(grants.until(MAC)).toBe(grantUntil.getTime()))

      await declareTerms(database, 'next', TODAY)
      await soon(() => expect(grants.until(MAC)).toBeNull())
      expect(await grants.find(MAC)).toBeNull()
      const here = { site: '75-0042', ip: '192.168.77.9' }
      const known = async (termsInForce: string | null): Promise<boolean> =>
        (await findGrantByAddress(portal, { ...here, termsInForce }, new Date())) !== null
      expect(await known('next')).toBe(false)
      expect(await known('2026-01')).toBe(true)

      const again = await recordAcceptance(portal, acceptance({ termsVersion: 'next' }))
      await soon(() => expect(grants.until(MAC)).toBe(again.grantUntil.getTime()))

      await foldJournal(database.as('jobs'))
      await runPurge(database.as('jobs'), Date.now(), 'test')
      expect((await findReceipt(portal, code))?.termsVersion).toBe('2026-01')
      expect((await findReceipt(portal, again.code))?.termsVersion).toBe('next')
      const texts = (await loadTerms(portal)).find(({ version }) => version === '2026-01')?.texts
      expect(texts).toHaveLength(2)
    } finally {
      await grants.stop()
    }
  })

  test('that is still to come asks nobody', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await declareTerms(database, 'next', TOMORROW)
    expect(effectiveTerms(await loadTerms(database), Date.now())?.version).toBe('2026-01')
  })
})

describe('a run of the retention', () => {
  test('lets a proof go with its year, and a grant when it is too late to renew it', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    const jobs = database.as('jobs')
    const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS)
    const kept = await recordAcceptance(portal, acceptance({ at: ago(365) }))
    const gone = await recordAcceptance(portal, acceptance({ at: ago(367) }))
    const ended = parseMac('02:ac:ce:55:00:02') as Mac
    await recordAcceptance(portal, acceptance({ mac: ended, at: ago(3) }))

    const grants = createGrantTable({
      ...{ database: portal, log: silentLog, clock: Date.now, keepEnded: true },
    })
    await grants.start()
    try {
      expect(grants.until(ended)).toBeNull()
      expect(grants.last(ended)).toMatchObject({ termsVersion: '2026-01' })
      expect(grants.last(MAC)).toBeNull()
    } finally {
      await grants.stop()
    }
    expect(await runPurge(jobs, Date.now(), 'test')).toMatchObject({ acceptances: 1, grants: 1 })
    expect(await findReceipt(portal, kept.code)).not.toBeNull()
    expect(await findReceipt(portal, gone.code)).toBeNull()
    await database.sql`update guest.access set until = ${new Date(Date.now() - RENEWABLE_MS - 1000)}`
    expect(await runPurge(jobs, Date.now(), 'test')).toMatchObject({ grants: 1 })
  })
})
