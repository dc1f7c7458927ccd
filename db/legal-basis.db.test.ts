import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { recordAccounting } from '../test/support/journal.ts'
import type { Database } from './connection.ts'
import { legalBasisProblem, loadLegalBases } from './legal-basis.ts'
import { utcDay } from './partitions.ts'

const DAY_MS = 86_400_000
const TODAY = utcDay(Date.now())
const YESTERDAY = utcDay(Date.now() - DAY_MS)
const MIDNIGHT = Date.parse(`${TODAY}T00:00:00Z`)

async function start(database: Database, at: number, network: 'guest' | 'staff'): Promise<void> {
  await recordAccounting(database, [
    {
      kind: 'start',
      gateway: 'gw',
      site: 's',
      network,
      acctSessionId: `${network} ${at}`,
      mac: parseMac('020000000001'),
      account: null,
      ipv4: null,
      ipv6: null,
      publicSource: null,
      at: new Date(at),
      nasAt: null,
      sessionSeconds: null,
      octetsIn: null,
      octetsOut: null,
      counterBits: null,
      cause: null,
    },
  ])
}

describe('the legal basis of a connection', () => {
  test('is the one in force on the day of its start, none where none was declared', async () => {
    await using database = await openTestDatabase()
    await database.kysely
      .insertInto('house.legal_basis')
      .values([
        { id: 'old', text: 'o', network: null, starts_on: YESTERDAY, ends_on: YESTERDAY },
        { id: 'new', text: 'n', network: 'guest', starts_on: TODAY, ends_on: null },
      ])
      .execute()
    await start(database, MIDNIGHT - DAY_MS - 1, 'guest')
    await start(database, MIDNIGHT - DAY_MS, 'guest')
    await start(database, MIDNIGHT - 1, 'guest')
    await start(database, MIDNIGHT, 'guest')
    await start(database, MIDNIGHT, 'staff')
    const rows = await database.sql`
      select network, legal_basis as basis from log.connection order by started_at, network`
    expect(rows.map(({ network, basis }) => `${network} ${basis}`)).toEqual([
      'guest null',
      'guest old',
      'guest old',
      'guest new',
      'staff null',
    ])
  })

  test('cannot be two at once, whatever writes it', async () => {
    await using database = await openTestDatabase()
    const insert = (
      id: string,
      network: 'guest' | 'staff' | null,
      from: string,
      to: string | null,
    ) =>
      database.kysely
        .insertInto('house.legal_basis')
        .values({ id, text: id, network, starts_on: from, ends_on: to })
        .execute()
    await insert('a', 'guest', '2025-10-21', '2026-10-20')
    await insert('b', 'guest', '2026-10-21', null)
    await insert('c', 'staff', '2025-01-01', null)
    await expect(insert('d', null, '2026-10-20', '2026-10-20')).rejects.toThrow(/one_basis/)
    await expect(insert('e', 'staff', '2027-01-01', null)).rejects.toThrow(/one_basis_staff/)
  })
})

describe('what doctor says of the legal basis', () => {
  const basis = { id: 'decree', text: 't', network: null, from: '2025-10-21', until: '2026-10-20' }
  const on = (day: string): number => Date.parse(`${day}T12:00:00Z`)

  test('is that none is in force, and which ended', () => {
    expect(legalBasisProblem([], on('2026-01-01'))).toMatch(/^no legal basis is in force/)
    expect(legalBasisProblem([basis], on('2026-10-21'))).toMatch(/"decree" ended on 2026-10-20/)
    expect(legalBasisProblem([basis], on('2025-10-20'))).toMatch(/^no legal basis/)
    expect(legalBasisProblem([{ ...basis, network: 'staff' }], on('2026-01-01'))).toMatch(
      /^no legal basis/,
    )
  })

  test('is that it ends within a month, unless another follows', () => {
    expect(legalBasisProblem([basis], on('2026-09-19'))).toBeNull()
    expect(legalBasisProblem([basis], on('2026-10-20'))).toMatch(/ends on 2026-10-20 and none/)
    const next = { ...basis, id: 'next', from: '2026-10-21', until: null }
    expect(legalBasisProblem([basis, next], on('2026-10-20'))).toBeNull()
  })

  test('comes from what was declared', async () => {
    await using database = await openTestDatabase()
    const { from, until, ...rest } = basis
    await database.kysely
      .insertInto('house.legal_basis')
      .values({ ...rest, starts_on: from, ends_on: until })
      .execute()
    expect(await loadLegalBases(database)).toEqual([basis])
  })
})
