import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { loadDeviceKeys } from './device-keys.ts'
import { OWN_KEY_LIMITS, createOwnKey, listOwnKeys, revokeOwnKey } from './own-device-keys.ts'
import type { WishedKey } from './own-device-keys.ts'

const NOW = Date.UTC(2026, 10, 28)
const WISH: WishedKey = {
  owner: { account: 'ana', how: 'ldap', groups: ['staff'] },
  ...{ label: 'Caisse 1', kind: 'till', place: '75-0042', ssid: 'Tables-Things', mac: null },
  ...{ days: 30, actor: 'staff:ana', now: NOW },
}

test('a key that its owner made opens the network for one thing of theirs, until they revoke it', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const portal = database.as('portal')
  const made = await createOwnKey(portal, testSeal, WISH)
  if (!made.ok) throw new Error(made.reason)
  const { name } = made.key
  expect(made.passphrase).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
  const { keys } = await loadDeviceKeys(database.as('radius'), testSeal, new Map())
  expect(keys).toMatchObject([
    {
      ...{ name, owner: 'ana', ownerHow: 'ldap', kind: 'till', groups: ['staff'] },
      ...{ site: '75-0042', association: null, ssid: 'Tables-Things', devices: 1 },
      passphrase: made.passphrase,
      until: NOW + 31 * 86_400_000,
    },
  ])
  expect(await listOwnKeys(portal, 'ana')).toEqual([
    {
      ...{ name, label: 'Caisse 1', kind: 'till', site: '75-0042', siteName: 'Centre Nation' },
      ...{ ssid: 'Tables-Things', mac: null, until: '2026-12-28' },
    },
  ])
  expect(await listOwnKeys(portal, 'eve')).toEqual([])
  // The pages cannot read again what they have made.
  await expect(portal.sql`select passphrase from staff.device_key`).rejects.toThrow('permission')

  const revoke = { name, account: 'eve', actor: 'staff:eve' }
  expect(await revokeOwnKey(portal, revoke)).toBe(false)
  expect(await revokeOwnKey(portal, { name, account: 'ana', actor: 'staff:ana' })).toBe(true)
  expect(await listOwnKeys(portal, 'ana')).toEqual([])
  const audit = await database.sql`
    select actor, action, details ? 'passphrase' as told from audit.entry where subject = ${name} order by id`
  expect(audit).toEqual([
    { actor: 'staff:ana', action: 'device-key.create', told: false },
    { actor: 'staff:ana', action: 'device-key.revoke', told: false },
  ])
})

test('a place is named by its code or its name; the address of a thing has one key; ten keys a person', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const portal = database.as('portal')
  const make = (more: Partial<WishedKey>) => createOwnKey(portal, testSeal, { ...WISH, ...more })
  expect(await make({ place: 'nowhere' })).toEqual({ ok: false, reason: 'unknown-place' })
  const mac = parseMac('02:00:5e:00:00:01')
  expect(await make({ place: 'centre nation', mac })).toMatchObject({
    ok: true,
    key: { site: '75-0042', mac: '02:00:5e:00:00:01' },
  })
  expect(await make({ mac })).toEqual({ ok: false, reason: 'mac-taken' })
  for (let i = 1; i < OWN_KEY_LIMITS.keys; i += 1) expect((await make({})).ok).toBe(true)
  expect(await make({})).toEqual({ ok: false, reason: 'too-many' })
  expect((await make({ owner: { ...WISH.owner, account: 'eve' } })).ok).toBe(true)
})
