import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import type { Database } from '../connection.ts'
import { DeclarationError } from '../declaration/apply.ts'
import { formatChange } from '../declaration/difference.ts'
import { loadGateways } from '../gateways.ts'
import { importSites } from './import-sites.ts'

const NOW = Date.parse('2026-11-28')

/** What changed and what is noted, or what is wrong. */
async function imported(
  database: Database,
  text: string,
  { dryRun = false } = {},
): Promise<{ readonly lines: readonly string[]; readonly notes: readonly string[] }> {
  try {
    const file = { file: 'p.csv', bytes: Buffer.from(text) }
    const options = { dryRun, actor: 'cli:ada', now: NOW }
    const { changes, notes } = await importSites(database, testSeal, file, options)
    return { lines: changes.map(formatChange), notes }
  } catch (thrown) {
    if (thrown instanceof DeclarationError) return { lines: thrown.problems, notes: [] }
    throw thrown
  }
}

const TABLE =
  `﻿Code;Nom du centre;Département;Nom association;Réseau;VLAN invités;Réseau interne;Passerelle;Adresse IP;Secret;Type
75-0100;Été;75;;10.75.100.0/25 10.75.101.0/25;12;10.75.100.128/25;gw-100;192.0.2.100;radius-secret-100;opennds
01-0007;"Le ""Petit"" Centre";01;Ain;10.1.7.0/24;;;gw-107;192.0.2.107;;
`.replace(';opennds', ';mikrotik')

describe('places from a table', () => {
  test('are added with their networks and gateways; twice is once, a dry run nothing', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const expected = [
      '+ association 01',
      '+ site 75-0100',
      '+ site 01-0007',
      '+ network 75-0100 guest',
      '+ network 75-0100 staff',
      '+ network 01-0007 guest',
      '+ gateway gw-100',
      '+ gateway gw-107',
    ]
    expect((await imported(database, TABLE, { dryRun: true })).lines).toEqual(expected)
    expect((await imported(database, TABLE)).lines).toEqual(expected)
    expect(await imported(database, TABLE)).toEqual({ lines: [], notes: [] })
    const [site] = await database.sql`
      select s.name, s.association, s.declared, n.vlan, n.subnets::text[]
      from house.site s join house.network n on n.site = s.code and n.kind = 'guest'
      where s.code = '75-0100'`
    expect(site).toEqual({
      ...{ name: 'Été', association: '75', declared: false, vlan: 12 },
      subnets: ['10.75.100.0/25', '10.75.101.0/25'],
    })
    const gateways = await loadGateways(database, testSeal)
    const secretOf = (wanted: string): string | undefined =>
      gateways.find(({ name }) => name === wanted)?.secret
    expect(secretOf('gw-100')).toBe('radius-secret-100')
    // Where none is given one is made, and stays.
    expect(secretOf('gw-107')).toMatch(/^[\w-]{32}$/)
    const [audit] = await database.sql`
      select actor from audit.entry where subject = 'site 01-0007'`
    expect(audit).toEqual({ actor: 'cli:ada' })
  })

  test('are changed in what the table says, and stay as they are in what it leaves out', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const table = 'Commentaire,name,code\nx,Centre République,75-0042\n'
    expect(await imported(database, table)).toEqual({
      lines: ['~ site 75-0042: name "Centre Nation" → "Centre République"'],
      notes: [
        'the column "Commentaire" is not kept',
        'the place 75-0042 is managed by file: the next apply brings back what the files say',
      ],
    })
    expect(
      (await imported(database, 'code\tgateway\tip\n75-0042\tgw-0042\t192.0.2.9\n')).lines,
    ).toEqual(['~ gateway gw-0042: address "127.0.0.1/32" → "192.0.2.9/32"'])
  })

  test('have more gateways by more lines, and a gateway moves to where a line names it', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const table = `code;nom;association;passerelle;adresse
75-0001;Bastille;Paris;gw-0042;192.0.2.1
75-0001;Bastille;Paris;gw-b;192.0.2.2
75-0042;;;;
`
    expect((await imported(database, table)).lines).toEqual([
      '+ site 75-0001',
      '~ gateway gw-0042: site "75-0042" → "75-0001", address "127.0.0.1/32" → "192.0.2.1/32"',
      '+ gateway gw-b',
    ])
  })

  test('have the address where they are, in a column that is no address of a network', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const table = 'code;adresse;adresse ip\n75-0042;"12, rue Nation\n75012 Paris";192.0.2.9\n'
    expect((await imported(database, table)).lines).toEqual([
      '~ site 75-0042: postal_address none → "12, rue Nation 75012 Paris"',
      '~ gateway gw-0042: address "127.0.0.1/32" → "192.0.2.9/32"',
    ])
    // An empty cell says nothing.
    expect((await imported(database, 'code;adresse postale\n75-0042;\n')).lines).toEqual([])
    const said = await imported(database, `code;adresse postale\n75-0042;${'x'.repeat(301)}\n`)
    expect(said.lines).toEqual([expect.stringContaining('p.csv:2: address is not an address')])
  })

  test('name every mistake by its line, and then nothing is changed', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const table = `code;nom;association;reseau;passerelle;adresse ip;type
75-0001;;75;10.0.0.0/33;;;
bad code;X;75;;;;
;Sans code;75;;;;
75-0002;Deux;99;;;;
75-0003;Trois;75;;gw-3;192.0.2.3;nodog
75-0003;Autre;75;;;;
`
    const { lines } = await imported(database, table)
    expect(lines).toEqual([
      'p.csv:4: has no code',
      expect.stringMatching(/^p.csv:7: has the place "75-0003" again, which stands at p.csv:6/),
      expect.stringMatching(/^p.csv:2: name /),
      expect.stringMatching(
        /^p.csv:2: networks.guest.subnets\[0\] "10.0.0.0\/33" is not an address/,
      ),
      expect.stringMatching(/^p.csv:3: code must be/),
      expect.stringMatching(/^p.csv:6: gateways\[0\].kind "nodog" is not a kind/),
    ])
    const [{ count } = { count: 0 }] = await database.sql<{ count: number }[]>`
      select count(*)::int as count from house.site`
    expect(count).toBe(1)
    expect((await imported(database, 'code;nom;association\n75-2;Deux;99\n')).lines).toEqual([
      'p.csv:2: place 75-2.association "99" is not an association that is declared',
    ])
    expect((await imported(database, 'nom;ville\nX;Y\n')).lines).toEqual([
      expect.stringMatching(/^p.csv:1: has no column for the code of a place.*"nom", "ville"/),
    ])
  })

  test('know the association whose zero a spreadsheet took away', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.sql`insert into house.association values ('01', 'Ain')`
    await imported(database, 'code;nom;association\n01-0001;Bourg;1\n')
    const rows = await database.sql`select association from house.site where code = '01-0001'`
    expect([...rows]).toEqual([{ association: '01' }])
  })

  test('are 2,333 in one transaction, and 2,333 again without a change', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const rows = Array.from({ length: 2333 }, (_, i) => {
      const [high, low] = [i >> 8, i & 255]
      return `75-${1000 + i};Centre ${i};75;10.${100 + high}.${low}.0/25;10.${100 + high}.${low}.128/25;gw-${1000 + i};100.64.${high}.${low};radius-secret-${i}`
    })
    const table = ['code;nom;ad;invites;interne;passerelle;ip;secret', ...rows].join('\n')
    const { lines } = await imported(database, table)
    expect(lines.length).toBe(2333 * 4)
    expect((await imported(database, table)).lines).toEqual([])
  })
})
