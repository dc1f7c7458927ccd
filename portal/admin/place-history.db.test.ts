import { expect, test } from 'vitest'
import { EVERYWHERE, rightsOfToken } from '#core/rights.ts'
import { asAdmin } from '#db/admin/as-admin.ts'
import { changeNetwork } from '#db/admin/networks.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const PATH = '/admin/places/75-0042'

/** As the API has it done. */
function rename(house: AdminHouse, ssid: string): Promise<unknown> {
  const rights = rightsOfToken(['sites.write'], null)
  const doer = { actor: 'staff:helene', reason: 'the new name', rights }
  const key = { site: '75-0042', kind: 'guest' } as const
  return asAdmin(house.database.as('portal'), { actor: doer.actor, reach: EVERYWHERE }, (sql) =>
    changeNetwork(sql, key, '*', { ssid }, doer),
  )
}

test('the page of a place tells what was changed of its networks, and undoes it', async () => {
  await using house = await openAdminHouse()
  await rename(house, 'Été <b>')
  const paul = await house.signedIn(PAUL)
  const { text } = await page(paul, `${PATH}?lang=fr`)
  expect(text).toContain('réseau 75-0042 guest')
  expect(text).toMatch(/nom du Wi-Fi: rien →\s+Été &lt;b&gt;</)
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
