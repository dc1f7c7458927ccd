import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../test/support/folder.ts'
import { runApply } from './apply.ts'
import { runAt } from './testing/run-at.ts'

const HOUSE = CONTRACT_FILES['house.yaml'].replace(
  'lists:\n',
  `lists:
  - { name: casinos, category: gambling, file: ./adult.txt, block: [staff] }
`,
)

const PARIS = '- { code: "75", name: Paris }'

/** The lines of a dry run of the house with these words in place of others. */
async function dryRun(
  { url }: TestDatabase,
  file: string,
  ...edits: readonly (readonly [string, string])[]
): Promise<readonly string[]> {
  writeFileSync(
    file,
    edits.reduce((house, [from, to]) => house.replace(from, to), HOUSE),
  )
  const { errors, out } = await runAt(url, () => runApply([file, '--dry-run']))
  expect(errors).toEqual([])
  return out.filter((line) => line.startsWith('    '))
}

test('a dry run says what last week was of the categories that it blocks, or lets through', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder({ ...CONTRACT_FILES, 'house.yaml': HOUSE })
  const file = folder.file('house.yaml')
  // Nothing was counted yet: nothing is said.
  expect(await dryRun(database, file)).toEqual([])
  await runAt(database.url, () => runApply([file]))
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris')`
  await sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    values (date_trunc('hour', now()), '75-0042', 'guest', 'gambling', 0, 1200),
           (date_trunc('hour', now()), '75-0042', 'staff', 'gambling', 30, 40),
           (date_trunc('hour', now()), '69-0001', 'guest', 'gambling', 0, 5000),
           (date_trunc('hour', now()), '75-0042', 'guest', 'adult', 77, 0),
           (date_trunc('hour', now()) - interval '8 days', '75-0042', 'guest', 'adult', 9999, 9999)`
  const paris = (filter: string) =>
    [PARIS, `- { code: "75", name: Paris, filter: ${filter} }`] as const
  expect(await dryRun(database, file)).toEqual([])
  expect(await dryRun(database, file, paris('{ block: gambling }'))).toEqual([
    '    last week: 1,240 questions of gambling let through there',
  ])
  expect(
    await dryRun(database, file, paris('{ guest: { block: "list:casinos", allow: adult } }')),
  ).toEqual([
    '    last week: 1,200 questions of gambling let through there on guest',
    '    last week: 77 questions of adult blocked there on guest',
  ])
  expect(await dryRun(database, file, ['block: [staff] }', 'block: [guest] }'])).toEqual([
    '    last week: 6,200 questions of gambling let through there on guest',
    '    last week: 30 questions of gambling blocked there on staff',
  ])
  const more = '  - { name: lovers, category: dating, file: ./adult.txt, block: [guest] }\nrules:'
  expect(await dryRun(database, file, ['rules:', more])).toEqual([
    '    last week: no list of dating, so that nobody knows how many were let through',
  ])
  // What is done says only what was done.
  const done = await runAt(database.url, () => runApply([file]))
  expect(done.out.join('\n')).not.toContain('last week')
})
