import type postgres from 'postgres'
import { expect, test } from 'vitest'
import { EVERYWHERE, rightsOfToken } from '#core/rights.ts'
import { asAdmin } from '#db/admin/as-admin.ts'
import { changeGateway, removeGateway } from '#db/admin/gateways.ts'
import { changeNetwork } from '#db/admin/networks.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const PATH = '/admin/places/75-0042'

const DOER = {
  ...{ actor: 'staff:helene', reason: 'the new name' },
  rights: rightsOfToken(['sites.write', 'gateways.write'], null),
}

/** As the API has it done. */
function byApi<T>(
  { database }: AdminHouse,
  work: (sql: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  return asAdmin(database.as('portal'), { actor: DOER.actor, reach: EVERYWHERE }, work)
}

test('the page of a place tells what was changed of its networks, and undoes it', async () => {
  await using house = await openAdminHouse()
  const guest = { site: '75-0042', kind: 'guest' } as const
  await byApi(house, (sql) => changeNetwork(sql, guest, '*', { ssid: 'Été <b>' }, DOER))
  const paul = await house.signedIn(PAUL)
  const { text } = await page(paul, `${PATH}?lang=fr`)
  expect(text).toContain('réseau 75-0042 guest')
  expect(text).toMatch(/nom du Wi-Fi : rien →\s+Été &lt;b&gt;</)
  expect(text).toContain('the new name')
  const change = /name="change" value="(\d+)"/.exec(text)?.[1] ?? ''
  const undone = await paul.post('/admin/undo', { kind: 'network', change })
  expect([undone.status, undone.headers.get('Location')]).toEqual([303, '/admin/places?undone'])
  const lines = await house.database.sql`
    select action, details->'before'->>'ssid' as before, details->'after'->>'ssid' as after
    from audit.entry where action like 'network.%' order by id`
  expect([...lines]).toEqual([
    { action: 'network.change', before: null, after: 'Été <b>' },
    { action: 'network.undo', before: 'Été <b>', after: null },
  ])
  const late = await paul.post('/admin/undo', { kind: 'network', change })
  expect(late.status).toBe(409)
})

test('and of its gateways, to who may change them, also of one that is gone for good', async () => {
  await using house = await openAdminHouse()
  const change = { address: '192.0.2.9/32' }
  await byApi(house, (sql) => changeGateway(sql, 'gw-0042', '*', { change, fas: null }, DOER))
  house.give({ subject: 'person:nina', role: 'list-editor', associations: ['75'] })
  house.give({ subject: 'person:omar', role: 'auditor', associations: ['75'] })
  const pageOf = async (account: string): Promise<string> => {
    const browser = await house.signedIn({ account, subject: account, groups: [] })
    return (await page(browser, `${PATH}?lang=en`)).text
  }
  expect(await pageOf('nina')).not.toContain('gateway gw-0042')
  const read = await pageOf('omar')
  expect(read).toContain('gateway gw-0042')
  expect(read).not.toContain('action="/admin/undo"')
  const paul = await house.signedIn(PAUL)
  const { text } = await page(paul, `${PATH}?lang=en`)
  expect(text).toMatch(/address: 127\.0\.0\.1\/32 →\s+192\.0\.2\.9\/32/)
  const id = /name="change" value="(\d+)"/.exec(text)?.[1] ?? ''
  const undone = await paul.post('/admin/undo', { kind: 'gateway', change: id })
  expect(undone.status).toBe(303)
  // That one was made is a line without the button: to take it away is for good.
  const [made] = await house.database.sql<{ id: string }[]>`
    insert into audit.entry (actor, action, subject, association, details)
    select 'cli:ada', 'gateway.create', 'gateway gw-0042', '75',
           jsonb_build_object('before', null, 'after', jsonb_build_object(
             'name', name, 'site', site, 'kind', kind, 'address', address, 'captive_gateways', '[]'::jsonb))
    from house.gateway where name = 'gw-0042' returning id::text`
  const withMade = (await page(paul, `${PATH}?lang=en`)).text
  expect(withMade).toContain('kind: nothing')
  expect(withMade).not.toContain(`name="change" value="${made?.id}"`)
  // What is an empty list before and after is no change.
  expect(withMade).not.toContain('entry network')
  await byApi(house, (sql) => removeGateway(sql, 'gw-0042', '*', DOER))
  const after = await page(paul, `${PATH}?lang=en`)
  expect(after.text.match(/gateway gw-0042\s*</g)).toHaveLength(4)
  // What took it away has no way back.
  const [gone] = await house.database.sql<{ id: string }[]>`
    select id::text from audit.entry where action = 'gateway.remove'`
  expect(after.text).not.toContain(`name="change" value="${gone?.id}"`)
  const refused = await paul.post('/admin/undo?lang=en', {
    kind: 'gateway',
    change: gone?.id ?? '',
  })
  expect([refused.status, await refused.text()]).toEqual([
    409,
    expect.stringContaining('nobody has kept them'),
  ])
})
