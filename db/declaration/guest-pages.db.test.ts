import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import type { Database } from '../connection.ts'
import { loadGuestPlaces } from '../guest-places.ts'
import { loadOrganisation } from '../organisation.ts'
import { applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

function read(yaml: string) {
  using folder = temporaryFolder({ 'house.yaml': yaml })
  return readDeclaration([folder.file('house.yaml')])
}

async function apply(database: Database, yaml: string): Promise<readonly string[]> {
  const declared = read(yaml)
  if (!declared.ok) throw new Error(declared.problems.join('\n'))
  const options = { dryRun: false, actor: 'test', now: Date.parse('2026-11-23') }
  return (await applyDeclaration(database, testSeal, declared.declaration, options)).map(
    formatChange,
  )
}

const PLAIN = `version: 1
organisation: { name: Les Tables, contact: wifi@example.org, colour: "#c8105a" }
`
const WHOLE = `version: 1
organisation:
  name: Les Tables
  contact: wifi@example.org
  colour: "#c8105a"
  privacy: { controller: Association X, contact: donnees@example.org, dpo: dpo@example.org }
  accessibility:
    contact: acces@example.org
    audit: { by: Cabinet Y, on: 2026-10-02, percent: 74 }
    not_accessible: [Le logo animé]
`

describe('what the guest pages say of the organisation', () => {
  test('is nothing more than its name and contact where nothing is declared', async () => {
    await using database = await openTestDatabase()
    await apply(database, PLAIN)
    expect(await loadOrganisation(database)).toMatchObject({
      privacy: { controller: null, contact: null, dpo: null },
      accessibility: { contact: null, audit: null, notAccessible: [] },
    })
  })

  test('is applied, shown in the difference, and twice is once', async () => {
    await using database = await openTestDatabase()
    await apply(database, PLAIN)
    const [change, ...others] = await apply(database, WHOLE)
    expect(others).toEqual([])
    expect(change).toContain('dpo none → "dpo@example.org"')
    expect(change).toContain('audit_percent none → 74')
    expect(change).toContain('not_accessible [] → [Le logo animé]')
    expect(await apply(database, WHOLE)).toEqual([])
    expect(await loadOrganisation(database.as('portal'))).toMatchObject({
      privacy: { controller: 'Association X', contact: 'donnees@example.org' },
      accessibility: {
        contact: 'acces@example.org',
        audit: { by: 'Cabinet Y', on: '2026-10-02', percent: 74 },
        notAccessible: ['Le logo animé'],
      },
    })
  })

  test('goes when it is declared no more', async () => {
    await using database = await openTestDatabase()
    await apply(database, WHOLE)
    expect(await apply(database, PLAIN)).toHaveLength(1)
    expect((await loadOrganisation(database))?.accessibility.audit).toBeNull()
  })

  test('with a colour too pale to read is shown darker, and apply says in which', async () => {
    await using database = await openTestDatabase()
    const pale = PLAIN.replace('#c8105a', '#ffcc00')
    expect(await apply(database, pale)).toEqual([
      '+ organisation: #ffcc00 is too pale for text: links are shown in #8c7000',
    ])
    expect(await apply(database, pale)).toEqual([])
  })

  test.each([
    ['privacy: { fax: "1" }', 'organisation.privacy.fax is not a key of this format'],
    ['accessibility: { audit: { by: Y, on: 2026-10-02 } }', 'audit.percent is missing'],
    [
      'accessibility: { audit: { by: Y, on: 2026-10-02, percent: 101 } }',
      'audit.percent must be 0 to 100',
    ],
    ['accessibility: { audit: { by: Y, on: hier, percent: 10 } }', 'audit.on is not a date'],
  ])('of %s is a mistake with its line', (key, problem) => {
    const yaml = `version: 1\norganisation:\n  name: A\n  contact: b\n  ${key}\n`
    const declared = read(yaml)
    expect(declared.ok ? [] : declared.problems.join()).toContain(problem)
    expect(declared.ok ? '' : declared.problems.join()).toContain('house.yaml:5:')
  })
})

describe('the name of a network', () => {
  const site = (network: string): string => `version: 1
associations: [{ code: "75", name: Paris }]
sites:
  - { code: "75-1", name: Centre Nation, association: "75", networks: { guest: { subnets: []${network} } } }
`

  test('is kept for the poster', async () => {
    await using database = await openTestDatabase()
    await apply(database, site(''))
    const places = async () => [...(await loadGuestPlaces(database.as('portal')))]
    expect(await places()).toEqual([
      ['75-1', { name: 'Centre Nation', ssid: null, timezone: 'Europe/Paris' }],
    ])
    expect(await apply(database, site(', ssid: "Wi-Fi: Nation"'))).toEqual([
      '~ network 75-1 guest: ssid none → "Wi-Fi: Nation"',
    ])
    expect(await places()).toEqual([
      ['75-1', { name: 'Centre Nation', ssid: 'Wi-Fi: Nation', timezone: 'Europe/Paris' }],
    ])
  })

  test('has 32 bytes at most', () => {
    expect(read(site(`, ssid: "${'é'.repeat(16)}"`)).ok).toBe(true)
    expect(read(site(`, ssid: "${'é'.repeat(17)}"`)).ok).toBe(false)
  })
})
