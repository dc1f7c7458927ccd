import { expect, test } from 'vitest'
import { makeRoot } from '#core/pki/authorities.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { enrolWithCertificate } from '#db/device-enrolment.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { testSeal } from '../../test/support/house.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

async function houseOfBob(): Promise<{ house: AdminHouse; id: string; serial: string }> {
  const house = await openAdminHouse()
  const { database } = house
  await ensureGenerations(database, testSeal, Date.now)
  const { publicKey } = await makeKeyPair('p256')
  const enrolled = await enrolWithCertificate(database, testSeal, {
    ...{ name: 'Ordi <b>de Bob', kind: 'laptop', days: 395, actor: 'staff:bob', now: Date.now() },
    owner: { account: 'bob', how: 'oidc', groups: [] },
    publicKey,
    status: () => ({ ocsp: 'http://x.example/o', crl: 'http://x.example/c' }),
  })
  if (!enrolled.ok) throw new Error(enrolled.reason)
  await database.sql`
    insert into staff.device_key
      (name, owner, kind, groups, site, ssid, devices, passphrase, pmk, declared, label, owner_how)
    values ('own-till', 'bob', 'till', '{}', '75-0042', 'Restos', 1, 'SEALED', 'SEALED', false,
            'Caisse', 'oidc'),
           ('declared', 'bob', 'till', '{}', '75-0042', 'Restos', 1, 'SEALED', 'SEALED', true, null, null)`
  return { house, id: enrolled.id, serial: enrolled.serial }
}

test('devices and keys of a person are found by a part of the account, and the look is in the audit', async () => {
  const { house, serial, id } = await houseOfBob()
  await using _ = house
  const helene = await house.signedIn()
  const { text } = await page(helene, '/admin/devices?q=BO&lang=en')
  expect(text).toContain('Ordi &lt;b&gt;de Bob')
  expect(text).toContain('Caisse')
  expect(text).not.toContain('declared')
  expect(text).not.toContain('SEALED')
  expect((await page(helene, '/admin/devices?q=nobody&lang=en')).text).toContain(
    'No device matches',
  )
  const one = await page(helene, `/admin/devices/${id}?lang=en`)
  expect(one.text).toContain(serial)
  const looks = await house.database.sql`
    select actor, details->>'q' as q from audit.entry where action = 'devices.read' order by id`
  expect(looks).toEqual([
    { actor: 'staff:helene', q: 'BO' },
    { actor: 'staff:helene', q: 'nobody' },
  ])
})

test('a device is revoked with a reason: the RADIUS servers are told, its session is to end, the page says who', async () => {
  const { house, id } = await houseOfBob()
  await using _ = house
  const { sql } = house.database
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(house.database, [session('1', { ...at, site: '75-0042', account: 'bob' })])
  const told: string[] = []
  const listening = await house.database.sql.listen('device', (name) => told.push(name))
  const helene = await house.signedIn()
  const unsaid = await helene.post(`/admin/devices/${id}`, {})
  expect(unsaid.status).toBe(422)
  const revoked = await helene.post(`/admin/devices/${id}`, { reason: 'volé au marché' })
  expect(revoked.headers.get('Location')).toBe(`/admin/devices/${id}?removed`)
  await expect.poll(() => told).toContain(id)
  await listening.unlisten()
  const [wanted] = await sql`select account from house.disconnect`
  expect(wanted).toEqual({ account: 'bob' })
  const { text } = await page(helene, `/admin/devices/${id}?lang=en`)
  expect(text).toContain('staff:helene, volé au marché')
  expect(text).not.toContain('Revoke this device')
  const again = await helene.post(`/admin/devices/${id}`, { reason: 'encore' })
  expect(await again.text()).toContain('Cet appareil était déjà révoqué.')
  const lines = await sql`
    select subject, reason, details from audit.entry where action = 'device.revoke'`
  expect(lines).toEqual([{ subject: id, reason: 'volé au marché', details: { account: 'bob' } }])
})

test('a key of a thing is taken away, and a declared one is not found', async () => {
  const { house } = await houseOfBob()
  await using _ = house
  const helene = await house.signedIn()
  expect((await helene.post('/admin/devices/declared', { reason: 'x' })).status).toBe(404)
  const gone = await helene.post('/admin/devices/own-till', { reason: 'caisse vendue' })
  expect(gone.headers.get('Location')).toBe('/admin/devices?removed')
  const keys = await house.database.sql`select name from staff.device_key`
  expect(keys).toEqual([{ name: 'declared' }])
})

test('the ends of root, issuing and server certificates are shown, with what to do where one is near', async () => {
  const { house } = await houseOfBob()
  await using _ = house
  const helene = await house.signedIn()
  const well = await page(helene, '/admin/devices?lang=en')
  expect(well.text).toContain('Accueil RADIUS CA')
  expect(well.text).toContain('Accueil Devices CA')
  expect(well.text).toContain('No certificate yet')
  expect(well.text).not.toContain('accueil ca rotate”, which')
  const { certificatePem: old } = await makeRoot('Old', 'p256', Date.parse('1980-01-01'))
  await house.database.sql`update staff.authority set root_pem = ${old}`
  const near = await page(helene, '/admin/devices?lang=en')
  expect(near.text).toContain('Run “accueil ca rotate”, which prepares another')
})

test('an administrator of an association finds no devices, and neither does their form', async () => {
  const { house, id } = await houseOfBob()
  await using _ = house
  const paul = await house.signedIn(PAUL)
  expect((await page(paul, '/admin/devices')).status).toBe(403)
  expect((await paul.post(`/admin/devices/${id}`, { reason: 'x' })).status).toBe(403)
})
