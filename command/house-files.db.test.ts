import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../test/support/folder.ts'
import { runApply } from './apply.ts'
import { runExport } from './export.ts'
import { jobLine, runJobsList, runJobsRun } from './jobs.ts'
import { UsageError } from './run.ts'
import { runSitesImport } from './sites-import.ts'
import { runAt } from './testing/run-at.ts'

test('a house that was applied is exported into a folder or one file, and applied without a change', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder(CONTRACT_FILES)
  const { url } = database
  await runAt(url, () => runApply([folder.file('house.yaml')]))
  for (const out of ['house', 'one.yaml']) {
    const to = folder.file(out)
    const written = await runAt(url, () => runExport(['--out', to]))
    const file = out === 'house' ? `${to}/house.yaml` : to
    expect(written.out).toEqual([
      `Written to ${file}${out === 'house' ? ', with 4 files beside it' : ''}.`,
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain('testing123')
    const again = await runAt(url, () => runApply([file, '--dry-run']))
    expect([again.errors, again.out.at(-1)]).toEqual([[], 'Nothing to change.'])
  }
  await expect(runExport(['--secrets'])).rejects.toThrow(UsageError)
  const clear = folder.file('clear.yaml')
  await runAt(url, () => runExport(['--out', clear, '--secrets', '--reason', 'moving']))
  expect(readFileSync(clear, 'utf8')).toContain('testing123')
})

test('sites import prints the difference, its notes, and a mistake with its line', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder({
    'good.csv': 'code;nom;association;nom association;ville\n01-1;Bourg;01;Ain;Bourg\n',
    'bad.csv': 'code;nom;association\n01-2;\u001b[31mRouge;01\n',
  })
  const { url } = database
  const good = folder.file('good.csv')
  const lines = ['+ association 01', '+ site 01-1', `note: 1 places in ${good}`]
  const note = 'note: the column "ville" is not kept'
  expect(await runAt(url, () => runSitesImport([good, '--dry-run']))).toMatchObject({
    code: 0,
    out: [...lines, note, '2 changes would be made.'],
  })
  expect(await runAt(url, () => runSitesImport([good]))).toMatchObject({
    out: [...lines, note, '2 changes made.'],
  })
  const bad = await runAt(url, () => runSitesImport([folder.file('bad.csv')]))
  expect(bad).toMatchObject({
    code: 1,
    errors: [
      `${folder.file('bad.csv')}:2: name has a control character in it`,
      'accueil: 1 mistake; nothing was changed',
    ],
  })
  mkdirSync(folder.file('x.csv'))
  await expect(runSitesImport([folder.file('x.csv')])).rejects.toThrow('cannot be read')
})

test('jobs list shows each; what a job says cannot move the cursor; an unknown one is told', async () => {
  await using database = await openTestDatabase()
  const { sql, url } = database
  expect((await runAt(url, () => runJobsList([]))).out).toEqual([
    expect.stringContaining('No job has run yet'),
  ])
  await sql`
    insert into house.job (name, started_at, finished_at, failure, asked_at)
    values ('lists', '2026-11-28T12:00:00Z', '2026-11-28T12:00:03.2Z', ${'\u001b[2J no'}, now())`
  const { out } = await runAt(url, () => runJobsList([]))
  expect(out).toEqual([
    String.raw`lists             2026-11-28T12:00:00Z  3.2 s      FAILED: \u{1b}[2J no  (asked for)`,
  ])
  const [json = ''] = (await runAt(url, () => runJobsList(['--json']))).out
  expect(
    jobLine({
      ...(JSON.parse(json) as object),
      startedAt: new Date(0),
      finishedAt: null,
      tookMs: null,
      name: 'x',
      failure: null,
      waits: false,
    } as Parameters<typeof jobLine>[0]),
  ).toMatch(/^x .*running$/)
  await expect(runAt(url, () => runJobsRun(['nothing']))).rejects.toThrow(
    'there is no job "nothing"; there are lists',
  )
})
