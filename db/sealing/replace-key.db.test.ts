import { describe, expect, test } from 'vitest'
import { createSeal } from '#core/seal.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import { packOf } from '../../test/support/packs.ts'
import { dayFromNow, fillDay, sealNow } from '../../test/support/sealed-log.ts'
import type { Database } from '../connection.ts'
import { verifyPack } from '../export/verify-pack.ts'
import { loadKeyChanges } from './chain.ts'
import { signBytes, statementText } from './day-seal.ts'
import { runSealing } from './job.ts'
import { keyChangeText } from './key-change.ts'
import { replaceSealingKey } from './replace-key.ts'
import { getOrCreateSealingKey, insertSealingKey, makeSealingKey } from './sealing-key.ts'
import { sealClosedDays } from './seal-day.ts'
import type { SealingKey } from './sealing-key.ts'
import { loadSeals } from './seals.ts'
import { verifyChain } from './verify-chain.ts'
import { verifyDay } from './verify-day.ts'
import { verifyPublished } from './verify-published.ts'

const DAY_MS = 86_400_000
const OTHER_MASTER_KEY = createSeal(new Uint8Array(32).fill(8))
const PLAIN = { lost: false, reason: null, actor: 'cli:ada', now: Date.now() }
const LOST = { ...PLAIN, lost: true, reason: 'the disk burnt' }

const keyNow = (database: Database, seal = testSeal): Promise<SealingKey> =>
  getOrCreateSealingKey(database, seal)

async function check(
  database: Database,
  pinned: SealingKey | null = null,
): Promise<{ problems: readonly string[]; notes: readonly string[] }> {
  const against = { now: Date.now(), pinnedKey: pinned?.publicPem ?? null }
  const { problems, notes } = await verifyChain(database, against)
  return { problems, notes }
}

/** Five days under a first key, one under a second, one under a third. */
async function twiceReplaced(database: Database): Promise<readonly SealingKey[]> {
  await fillDay(database, dayFromNow(-5), 3)
  await sealNow(database)
  const first = await keyNow(database)
  await replaceSealingKey(database, testSeal, PLAIN)
  const second = await keyNow(database)
  await sealNow(database, Date.now() + DAY_MS)
  await replaceSealingKey(database, testSeal, { ...PLAIN, reason: 'its yearly turn' })
  const third = await keyNow(database)
  await sealNow(database, Date.now() + 2 * DAY_MS)
  return [first, second, third]
}

describe('a signing key that is replaced', () => {
  test('hands over in the chain: each of the keys verifies all of it, and says by what right', async () => {
    await using database = await openTestDatabase()
    const [first, second, third] = await twiceReplaced(database)
    const [one, two] = await loadKeyChanges(database.sql)
    const at = one?.at.toISOString()
    const handed = [
      `the key ${first?.id} handed over to ${second?.id} on ${at}, and signed that`,
      `the key ${second?.id} handed over to ${third?.id} on ${two?.at.toISOString()}, and signed that`,
    ]
    const took = [
      `the key ${second?.id} took over from ${first?.id} on ${at}, and signed the chain up to then`,
      `the key ${third?.id} took over from ${second?.id} on ${at}, and signed the chain up to then`,
    ]
    expect(await check(database)).toEqual({ problems: [], notes: [] })
    expect(await check(database, first)).toEqual({ problems: [], notes: handed })
    expect(await check(database, second)).toEqual({ problems: [], notes: [took[0], handed[1]] })
    expect(await check(database, third)).toEqual({ problems: [], notes: took })
    const days = [dayFromNow(-7), dayFromNow(-5), dayFromNow(-2), dayFromNow(-1)]
    for (const key of [first, second, third]) {
      for (const day of days) {
        const against = { now: Date.now(), pinnedKey: key?.publicPem ?? null }
        expect((await verifyDay(database, day, against))?.problems).toEqual([])
      }
    }
    const stranger = await check(database, makeSealingKey())
    expect(stranger.problems.filter((line) => line.includes('not the one given'))).toHaveLength(7)
    // What signs no more is not there to be stolen.
    const kept = await database.sql`select id from log.sealing_key where private_pem is not null`
    expect(kept).toEqual([{ id: third?.id }])
    const audit = await database.sql`
      select actor, subject, reason from audit.entry where action = 'logs.key-change' order by id`
    expect([...audit]).toEqual([
      { actor: 'cli:ada', subject: second?.id, reason: null },
      { actor: 'cli:ada', subject: third?.id, reason: 'its yearly turn' },
    ])
  })

  test('is followed in the published seals and in a pack, by the old key or the new', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const file = folder.file('seals.jsonl')
    await database.sql`insert into house.publish_target (kind, target) values ('file', ${file})`
    const keys = await twiceReplaced(database)
    const path = folder.file('pack.zip')
    await packOf(database, { user: 'bob' }, path)
    for (const { publicPem } of keys) {
      expect(await verifyPublished(database, file, publicPem)).toMatchObject({
        ...{ lines: 7, problems: [], notes: { length: 2 } },
      })
      const report = await verifyPack(path, publicPem)
      expect(report.problems).toEqual([])
      expect(report.notes).toHaveLength(2 - keys.findIndex((key) => key.publicPem === publicPem))
    }
    const { publicPem } = makeSealingKey()
    // The file by itself says as much, to who has one of the keys.
    expect(await verifyPublished(null, file, keys[0]?.publicPem ?? '')).toMatchObject({
      ...{ lines: 7, problems: [], notes: { length: 2 } },
    })
    const { problems } = await verifyPublished(null, file, publicPem)
    expect(problems.filter((line) => line.includes('not the one given'))).toHaveLength(7)
    expect((await verifyPack(path, publicPem)).problems).toHaveLength(1)
  })

  test('never falls between a seal and its signature, whoever comes first', async () => {
    await using database = await openTestDatabase()
    await sealNow(database)
    const later = (days: number): number => Date.now() + days * DAY_MS
    await Promise.all([
      sealClosedDays(database, testSeal, later(1)),
      replaceSealingKey(database, testSeal, PLAIN),
      sealClosedDays(database, testSeal, later(2)),
      replaceSealingKey(database, testSeal, PLAIN),
      sealClosedDays(database, testSeal, later(3)),
    ])
    expect((await check(database)).problems).toEqual([])
    expect(await loadSeals(database.sql)).toHaveLength(8)
  })

  test('is refused where there is none, and where the master key does not open it', async () => {
    await using database = await openTestDatabase()
    const replace = (seal = testSeal) => replaceSealingKey(database, seal, PLAIN)
    await expect(replace()).rejects.toThrow(/no signing key yet/)
    await sealNow(database)
    await expect(replace(OTHER_MASTER_KEY)).rejects.toThrow(/does not open with this master key/)
    expect(await loadKeyChanges(database.sql)).toEqual([])
  })
})

describe('a forged change of the key', () => {
  test.each([
    ['its reason', `update log.key_change set reason = 'none' where n = 2`],
    ['its time', `update log.key_change set at = at + interval '1 day' where n = 2`],
    ['made a loss', `update log.key_change set old_signature = null where n = 2`],
    ['signed by itself', `update log.key_change set old_signature = new_signature where n = 2`],
  ])('is found: %s', async (_, statement) => {
    await using database = await openTestDatabase()
    const [first, second, third] = await twiceReplaced(database)
    await database.sql.unsafe(statement)
    const forged = expect.stringMatching(
      `^the change of the key ${second?.id} to ${third?.id} .* was forged`,
    )
    expect((await check(database)).problems).toContainEqual(forged)
    const { problems } = await check(database, first)
    expect(problems).toContainEqual(forged)
    expect(problems).toContain(
      `the seal of ${dayFromNow(-1)} is signed with the key ${third?.id}, to which the key given did not hand over`,
    )
    expect(problems.filter((line) => line.startsWith(`the seal of ${dayFromNow(-2)}`))).toEqual([])
  })

  test('is found: one who remakes the newest seals with a key of their own', async () => {
    await using database = await openTestDatabase()
    await sealNow(database)
    const real = await keyNow(database)
    const mine = makeSealingKey()
    const [last] = (await loadSeals(database.sql)).toReversed()
    if (last === undefined) throw new Error('there is no seal')
    const statement = {
      ...{ from: real.id, to: mine.id, at: new Date(), reason: null, lost: false },
      ...{ afterDay: dayFromNow(-4), previous: last.previous },
    }
    const text = keyChangeText(statement)
    const own = signBytes(mine.privatePem, text)
    await database.sql`update log.sealing_key set retired_at = now(), private_pem = null`
    await insertSealingKey(database.sql, testSeal, mine)
    await database.sql`
      insert into log.key_change (old_id, new_id, at, after_day, previous, old_signature, new_signature)
      values (${real.id}, ${mine.id}, ${statement.at}, ${statement.afterDay},
              decode(${statement.previous}, 'hex'), decode(${own}, 'base64'), decode(${own}, 'base64'))`
    await database.sql`delete from log.seal_leaf where day = ${last.day}`
    await database.sql`delete from log.seal where day = ${last.day}`
    await sealNow(database)
    expect((await check(database)).problems).toEqual([expect.stringContaining('was forged')])
    expect((await check(database, real)).problems).toEqual([
      expect.stringContaining('to which the key given did not hand over'),
      expect.stringContaining('was forged'),
    ])
  })

  test('is found: a change that was taken out, and an old key that goes on signing', async () => {
    await using database = await openTestDatabase()
    const [first, second] = await twiceReplaced(database)
    const day = dayFromNow(-1)
    const seal = (await loadSeals(database.sql)).find((found) => found.day === day)
    if (first === undefined || seal === undefined) throw new Error('there is no seal')
    const stolen = signBytes(first.privatePem, statementText({ ...seal, keyId: first.id }))
    await database.sql`
      update log.seal set key_id = ${first.id}, signature = decode(${stolen}, 'base64') where day = ${day}`
    const { problems } = await check(database)
    expect(problems).toEqual([
      expect.stringMatching(/is signed with the key \w+, and \w+ was the one in force/),
    ])
    await database.sql`delete from log.key_change where n = 2`
    expect((await check(database, second)).problems).toEqual([
      expect.stringMatching(`^the chain is broken between ${dayFromNow(-2)} and ${day}`),
      expect.stringContaining(`and ${second?.id} was the one in force`),
    ])
  })

  test('vouches for nothing older when the chain before it was cut', async () => {
    await using database = await openTestDatabase()
    const [, , third] = await twiceReplaced(database)
    await database.sql`delete from log.seal where day = ${dayFromNow(-4)}`
    const { problems } = await check(database, third)
    expect(problems.filter((line) => line.includes('no unbroken chain leads'))).toHaveLength(3)
  })
})

describe('a signing key that is lost', () => {
  test('is replaced without it, and every verification names the break', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    const file = folder.file('seals.jsonl')
    await database.sql`insert into house.publish_target (kind, target) values ('file', ${file})`
    await sealNow(database)
    const old = await keyNow(database)
    await replaceSealingKey(database, OTHER_MASTER_KEY, LOST)
    const fresh = await keyNow(database, OTHER_MASTER_KEY)
    await runSealing(database, OTHER_MASTER_KEY, Date.now() + DAY_MS, 'test')
    const said = expect.stringContaining('is not signed by the old one (the disk burnt)')
    const unreached = expect.stringContaining('to which the key given did not hand over')
    expect((await check(database)).problems).toEqual([said])
    expect((await check(database, old)).problems).toEqual([unreached, said])
    expect(await check(database, fresh)).toEqual({ problems: [], notes: [said] })

    const published = (key: SealingKey) => verifyPublished(database, file, key.publicPem)
    expect((await published(old)).problems).toEqual([unreached, said])
    expect(await published(fresh)).toMatchObject({ lines: 6, problems: [], notes: [said] })
    const path = folder.file('pack.zip')
    await packOf(database, { user: 'bob' }, path, { seal: OTHER_MASTER_KEY })
    expect((await verifyPack(path, old.publicPem)).problems).toEqual([said])
    expect(await verifyPack(path, fresh.publicPem)).toMatchObject({ problems: [], notes: [] })
  })
})
