import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { asAdmin } from './as-admin.ts'
import type { AdminScope } from './as-admin.ts'
import { listAuditLines } from './audit-lines.ts'
import { listChanges } from './changes.ts'

const ALL = { actor: null, action: null, subject: null } as const
const ROWS = 20

const of = (...associations: readonly string[]): AdminScope => ({
  actor: 'staff:paul',
  reach: { everywhere: false, associations, sites: [] },
})
const EVERYWHERE: AdminScope = {
  actor: 'staff:ada',
  reach: { everywhere: true, associations: [], sites: [] },
}

async function plantedAudit() {
  const database = await openTestDatabase()
  const plant = async (association: string, lines: number): Promise<void> => {
    await database.sql`
      insert into audit.entry (actor, action, subject, association, details)
      select 'staff:' || n % 3, case when n % 2 = 0 then 'rule.change' else 'sessions.read' end,
             'rule x.example ' || n % 5, ${association}::text,
             case when n % 2 = 0 then '{"before": null}'::jsonb else '{}'::jsonb end
      from generate_series(1, ${lines}) n`
    await database.sql`analyze audit.entry`
  }
  const read = async (scope: AdminScope, filter: Parameters<typeof listAuditLines>[1] = ALL) =>
    asAdmin(database.as('portal'), scope, async (sql) => {
      const ids: string[] = []
      for (let before: string | null = null; ;) {
        const page = await listAuditLines(sql, filter, { before, rows: ROWS })
        ids.push(...page.map(({ id, association }) => `${association} ${id}`))
        before = page.at(-1)?.id ?? null
        if (page.length < ROWS) return ids
      }
    })
  return { database, plant, read }
}

test('who reaches some associations reads their lines and no other, all of them, in order and once', async () => {
  const { database, plant, read } = await plantedAudit()
  await using _ = database
  for (const association of ['75', '69', '75', '13']) await plant(association, 30)
  const written = await database.sql<{ line: string }[]>`
    select concat(association, ' ', id) as line from audit.entry order by id desc`
  const lines = written.map(({ line }) => line)
  const expected = (codes: readonly string[]): readonly string[] =>
    lines.filter((line) => codes.includes(line.split(' ')[0] ?? ''))
  expect(await read(EVERYWHERE)).toEqual(lines)
  expect(await read(of('75'))).toEqual(expected(['75']))
  expect(await read(of('75', '13', '75'))).toEqual(expected(['75', '13']))
  expect(await read(of())).toEqual([])
  expect(await read(of('75'), { ...ALL, action: 'rule' })).toHaveLength(30)
  expect(await read(of('75'), { ...ALL, actor: 'staff:1' })).toHaveLength(20)
})

test('and as many lines are read for that, however many others have', async () => {
  const { database, plant } = await plantedAudit()
  await using _ = database
  const others = Array.from({ length: 10 }, (_, n) => `6${n}`)
  const plantOthers = async (): Promise<void> => {
    for (const other of others) await plant(other, 500)
  }
  await plantOthers()
  await plant('75', 500)
  const readFor = (scope: AdminScope): Promise<number> =>
    asAdmin(database.as('portal'), scope, async (sql) => {
      await listAuditLines(sql, ALL, { before: null, rows: ROWS })
      await listChanges(sql, { kind: 'rule', subject: null }, { before: null, rows: ROWS })
      const [counted] = await sql<{ n: number }[]>`
        select (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as n
        from pg_stat_xact_all_tables where schemaname = 'audit' and relname = 'entry'`
      return counted?.n ?? 0
    })
  const before = await readFor(of('75'))
  await plantOthers()
  expect(await readFor(of('75'))).toBe(before)
  // Of changes every other line is one.
  expect(before).toBeLessThanOrEqual(3 * ROWS)
})
