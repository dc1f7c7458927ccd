import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '#core/config.ts'
import { applyDeclaration } from '#db/declaration/apply.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { readDeclaration } from '#db/declaration/read.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import { placeFiles } from './kinds.ts'
import { loadPlace } from './load.ts'

const SECTION = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8')
  .split('\n## From an empty Debian to the first guest\n')[1]
  ?.split('\n## ')[0]

test('the first place of docs/operate.md can be declared, and its gateway gets its files', async () => {
  const [, house = ''] = /```yaml\n([\s\S]+?)```/.exec(SECTION ?? '') ?? []
  using folder = temporaryFolder({ 'house.yaml': house, 'terms.fr.md': '# Conditions\n' })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) throw new Error(read.problems.join('\n'))
  await using database = await openTestDatabase()
  const options = { dryRun: false, actor: 'cli:ada', now: Date.now() }
  const changes = await applyDeclaration(database, testSeal, read.declaration, options)
  expect(changes.length).toBeGreaterThan(3)

  const [, code = ''] = /accueil gateway config (\S+) --kind opennds/.exec(SECTION ?? '') ?? []
  const config = readConfig({ ACCUEIL_PUBLIC_URL: 'http://192.0.2.10:8080' })
  if (!config.ok) throw new Error(config.problems.join('\n'))
  const place = await loadPlace(
    {
      ...{ config: config.config, seal: testSeal, database: database.as('portal') },
      generations: () => ensureGenerations(database, testSeal, Date.now),
    },
    {
      ...{ code, kind: 'opennds', gateway: null, garden: [] },
      ...{ centre: null, centre6: null, encryptedDns: null },
      devices: { lan: 'br-guest', wan: 'eth0', staff: 'br-staff', dot1x: null },
    },
  )
  expect(placeFiles('opennds', place, null).map(({ name }) => name)).toContain('install.sh')
})
