import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ACTIONS } from '#core/rights.ts'
import { AUDIT_ACTIONS, CHANGED_KINDS, readAction } from '#db/audit-actions.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { auditEn } from './audit-en.ts'
import { auditFr } from './audit-fr.ts'

const NAME = /'([a-z-]+(?:\.[a-z-]+)+)'/g
/** Names in SQL that are of tables or settings. */
const NO_ACTION = /^(house|staff|log|guest|audit\.entry|accueil|pg|public)\b/

test('each action that a function of the database writes has a sentence', async () => {
  await using database = await openTestDatabase()
  const functions = await database.sql<{ source: string }[]>`
    select prosrc as source from pg_proc where prosrc ilike '%insert into audit.entry%'`
  expect(functions.length).toBeGreaterThan(8)
  const actions = functions.flatMap(({ source }) =>
    Array.from(source.matchAll(NAME), ([, name = '']) => name).filter(
      (name) => !NO_ACTION.test(name),
    ),
  )
  expect(actions.length).toBeGreaterThan(8)
  const rights: readonly string[] = ACTIONS
  const silent = actions.filter((one) => readAction(one) === null && !rights.includes(one))
  expect(silent).toEqual([])
})

test('and each that the program writes', () => {
  const files = globSync(['{db,command,portal,radius-server,dns-filter}/**/*.ts']).filter(
    (file) => !/\.test\.ts$|\/testing\/|migrations/.test(file),
  )
  expect(files.length).toBeGreaterThan(400)
  const rights: readonly string[] = ACTIONS
  const written = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8')
    const actions = Array.from(
      source.matchAll(/\baction: '([a-z-]+(?:\.[a-z-]+)+)'/g),
      ([, name = '']) => name,
    )
    const statements = source.match(/insert into audit\.entry[^`]*`/g) ?? []
    const inSql = statements.flatMap((sql) =>
      Array.from(sql.matchAll(NAME), ([, name = '']) => name).filter(
        (name) => !NO_ACTION.test(name),
      ),
    )
    return [...actions, ...inSql].map((action) => ({ file, action }))
  })
  expect(written.length).toBeGreaterThan(80)
  const silent = written.filter(
    ({ action }) => readAction(action) === null && !rights.includes(action),
  )
  expect(silent).toEqual([])
})

test('each kind of thing that apply changes has a name', () => {
  const files = globSync('db/declaration/*.ts').filter((file) => !file.includes('.test.'))
  const kinds = files.flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(/what: '([a-z-]+)/g), ([, kind = '']) => kind),
  )
  expect(new Set(kinds).size).toBeGreaterThan(25)
  expect([...new Set(kinds)].filter((kind) => !CHANGED_KINDS.some((one) => one === kind))).toEqual(
    [],
  )
})

test('French and English have a sentence for the same actions', () => {
  expect(Object.keys(auditFr.actions).toSorted()).toEqual([...AUDIT_ACTIONS].toSorted())
  expect(Object.keys(auditEn.actions).toSorted()).toEqual([...AUDIT_ACTIONS].toSorted())
})
