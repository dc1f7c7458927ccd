import { expect, test } from 'vitest'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

interface Alerts {
  readonly rows: readonly { readonly subject: string }[]
  readonly next: string | null
}

async function raise(
  { database: { sql } }: TwoAssociations,
  kind: string,
  key: string,
  site: string | null,
): Promise<void> {
  await sql`select house.raise_alert(${kind}, ${key}, ${site}, null, 'bob', null, ${key}, 1)`
}

test('alerts come in pages, newest first, as far as the token reaches; the look is one line of the audit', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.alert_channel (name, kind, settings, host, kinds, associations, quiet_hours,
      timezone, language, position)
    values ('desk', 'webhook', 'a1.sealed-secret', 'hooks.example', '{break-glass}', '{}',
      '{22:00-07:00}', 'Europe/Paris', 'fr', 0)`
  for (const n of [1, 2, 3]) await raise(house, 'sign-in-outside-hours', `p${n}`, '75-0042')
  await raise(house, 'sign-in-outside-hours', 'lyon', '69-0001')
  await raise(house, 'chain-broken', 'audit', null)
  const paris = await house.token('association-admin', ['75'])
  const headers = { 'Audit-Reason': 'la ronde' }
  const seen: string[] = []
  let next: string | null = null
  do {
    const cursor: string = next === null ? '' : `&cursor=${next}`
    const { body } = await house.call(paris, `GET /api/v1/alerts?limit=2${cursor}`, { headers })
    const page = body as Alerts
    seen.push(...page.rows.map(({ subject }) => subject))
    next = page.next
    if (seen.length === 2) await raise(house, 'sign-in-outside-hours', 'p4', '75-0042')
  } while (next !== null)
  expect(seen).toEqual(['p3', 'p2', 'p1'])
  const looks = await sql`select reason from audit.entry where action = 'alerts.read'`
  expect(looks).toEqual([{ reason: 'la ronde' }])
  const national = await house.token('auditor', null)
  const all = await house.call(national, 'GET /api/v1/alerts')
  const { rows } = all.body as { rows: object[] }
  expect(rows.slice(0, 3)).toMatchObject([
    { subject: 'p4', urgent: false, site: '75-0042' },
    { kind: 'chain-broken', urgent: true, deliveries: [] },
    { subject: 'lyon' },
  ])
  const channels = await house.call(national, 'GET /api/v1/alert-channels')
  expect(channels.body).toMatchObject({
    rows: [{ name: 'desk', host: 'hooks.example', kinds: ['break-glass'], failure: null }],
  })
  expect(JSON.stringify(channels.body)).not.toContain('sealed-secret')
})
