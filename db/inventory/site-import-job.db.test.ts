import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { asAdmin } from '../admin/as-admin.ts'
import { acceptSites, findSiteImport, uploadSites } from '../admin/site-imports.ts'
import type { SiteImport } from '../admin/site-imports.ts'
import type { Doer } from '../admin/rules.ts'
import { openDatabase } from '../connection.ts'
import { sealTable } from '../sealed-table.ts'
import { siteImportJob } from './site-import-job.ts'

const NATIONAL = {
  actor: 'staff:ada',
  reach: { everywhere: true, associations: [], sites: [] },
} as const
// What the right is, the page asks; here it is who and why.
const ADA = { actor: 'staff:ada', reason: 'new year' } as Doer
const TABLE = `Code;Nom;Association;Réseau;Passerelle;Adresse IP;Secret
75-0042;Centre Nation-Sud;75;;;;
75-0100;Été;75;10.75.100.0/24;gw-100;192.0.2.100;radius-secret-100
`

async function openImports() {
  const database: TestDatabase = await openTestDatabase()
  await seedHouse(database)
  let opened = 0
  const job = siteImportJob({
    ...{ database: database.as('jobs'), seal: testSeal, clock: () => Date.now() },
    open: () => {
      opened += 1
      return openDatabase(database.url, { applicationName: 'import', max: 1, role: 'inventory' })
    },
  })
  const portal = database.as('portal')
  return {
    database,
    run: () => job.run(undefined),
    opened: () => opened,
    upload: (text: string) =>
      asAdmin(portal, NATIONAL, (sql) =>
        uploadSites(sql, { file: 'p.csv', content: sealTable(testSeal, Buffer.from(text)) }, ADA),
      ),
    find: (): Promise<SiteImport | null> => asAdmin(portal, NATIONAL, findSiteImport),
    accept: (of: SiteImport | null) =>
      asAdmin(portal, NATIONAL, (sql) =>
        acceptSites(sql, { id: of?.id ?? '', changesId: of?.changesId ?? '' }, ADA),
      ),
  }
}

test('a table is read, waits, and is carried out in the name of who accepted it', async () => {
  const { database, run, upload, find, accept, opened } = await openImports()
  await using _ = database
  expect(await run()).toBe('no table waits')
  expect(opened()).toBe(0)
  expect(await upload(TABLE)).toBe(true)
  const [kept] = await database.sql<{ content: string[] }[]>`select content from house.site_import`
  expect(kept?.content.join('')).not.toContain('secret')
  expect(await run()).toBe('read: 2 places, 4 changes wait to be accepted')
  const read = await find()
  expect(read?.changes).toEqual([
    '~ site 75-0042: name "Centre Nation" → "Centre Nation-Sud"',
    ...['+ site 75-0100', '+ network 75-0100 guest', '+ gateway gw-100'],
  ])
  expect(JSON.stringify(read)).not.toContain('radius-secret-100')
  expect(await database.sql`select from house.site where code = '75-0100'`).toHaveLength(0)
  expect(await run()).toBe('no table waits')
  expect(await accept(read)).toBe(true)
  expect(await upload(TABLE)).toBe(false)
  expect(await run()).toBe('made: 2 places, 4 changes')
  expect(await database.sql`select from house.site where code = '75-0100'`).toHaveLength(1)
  expect(await find()).toMatchObject({ acceptedBy: 'staff:ada', changeCount: 4 })
  expect(await database.sql`select content from house.site_import`).toEqual([{ content: null }])
  const lines = await database.sql<{ line: string }[]>`
    select concat_ws(' ', actor, action, subject, reason) as line from audit.entry
    where action ~ '^(sites|site|gateway)[.]' order by id`
  expect(lines.map(({ line }) => line)).toEqual([
    'staff:ada sites.upload p.csv new year',
    'staff:ada sites.accept p.csv new year',
    'staff:ada site.change site 75-0042',
    'staff:ada site.create site 75-0100',
    'staff:ada gateway.create gateway gw-100',
  ])
  expect(await run()).toBe('no table waits')
})

test('mistakes are named, each with its line, and nothing of the table is kept', async () => {
  const { database, run, upload, find } = await openImports()
  await using _ = database
  await upload('Code;Nom;Association\n75 1;X;75\n;Y;75\n')
  expect(await run()).toBe('nothing was changed: 2 mistakes in the table')
  const wrong = await find()
  const at = wrong?.problems?.map((problem) => problem.replace(/: .*/, '')).toSorted()
  expect(at).toEqual(['p.csv:2', 'p.csv:3'])
  expect(await database.sql`select content from house.site_import`).toEqual([{ content: null }])
  expect(await upload(TABLE)).toBe(true)
})

test('what was accepted is what is done: where somebody changed the places since, it waits again', async () => {
  const { database, run, upload, find, accept } = await openImports()
  await using _ = database
  await upload(TABLE)
  await run()
  const read = await find()
  await database.sql`update house.site set name = 'Centre Nation-Sud' where code = '75-0042'`
  expect(await accept(read)).toBe(true)
  expect(await run()).toBe('read: 2 places, 3 changes wait to be accepted')
  expect(await database.sql`select from house.site where code = '75-0100'`).toHaveLength(0)
  // Of the old difference nobody's yes counts any more.
  expect(await accept(read)).toBe(false)
  expect(await accept(await find())).toBe(true)
  expect(await run()).toBe('made: 2 places, 3 changes')
})

test('one that nobody answered for a day is gone, with what is in it', async () => {
  const { database, run, upload, find } = await openImports()
  await using _ = database
  await upload(TABLE)
  await run()
  await database.sql`update house.site_import set made_at = now() - interval '25 hours'`
  expect(await run()).toBe('no table waits')
  expect(await find()).toBeNull()
})

test('of a table that is longer than a seal each piece stands where it stood, or it is none', async () => {
  const { database, run, upload, find } = await openImports()
  await using _ = database
  const rows = Array.from({ length: 4_000 }, (_, n) => `75-${2000 + n};Lieu ${n};75`)
  await upload(`Code;Nom;Association\n${rows.join('\n')}\n`)
  expect(await run()).toBe('read: 4000 places, 4000 changes wait to be accepted')
  expect(await find()).toMatchObject({ changeCount: 4000, changes: { length: 500 } })
  await database.sql`
    update house.site_import set content = content[2:] || content[1], read_at = null`
  expect(await run()).toBe('nothing was changed: 1 mistakes in the table')
})
