import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { createProcessReport, spooledIn } from './process-report.ts'

test('a process tells of itself by the rights of any role, and is gone when it stops in order', async () => {
  await using database = await openTestDatabase()
  const { sql } = database
  await sql`
    insert into house.process (id, host, roles, version, started_at, seen_at, problems, spooled)
    values (gen_random_uuid(), 'old', '{dns}', '0', now(), now() - interval '25 hours', '[]', 0)`
  for (const role of ['portal', 'radius', 'dns', 'jobs'] as const) {
    const report = createProcessReport({
      ...{ database: database.as(role), roles: [role], version: '0.1.0', clock: Date.now },
      health: () => [{ role, problem: 'the port is not open' }],
      metrics: () => Promise.resolve('accueil_radius_spool_records 12\n'),
    })
    await report.start()
    const rows =
      await sql`select roles, version, problems, spooled::int as spooled from house.process`
    expect(rows).toEqual([
      {
        ...{ roles: [role], version: '0.1.0', spooled: 12 },
        problems: [{ role, problem: 'the port is not open' }],
      },
    ])
    await report.stop()
    expect(await sql`select from house.process`).toHaveLength(0)
  }
})

test('the spool is that of all processes of the machine', () => {
  const text = [
    '# TYPE accueil_radius_spool_records gauge',
    'accueil_radius_spool_records{process="1"} 3',
    'accueil_radius_spool_records{process="2"} 4',
    'accueil_radius_spool_records_total 100',
  ].join('\n')
  expect([spooledIn(text), spooledIn('')]).toEqual([7, 0])
})
