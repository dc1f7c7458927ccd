import { X509Certificate } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makeRoot } from '#core/pki/authorities.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { makeServer } from '#core/pki/leaves.ts'
import { createLog } from '#core/log.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import { getOrCreateCertificate } from './certificates.ts'
import {
  ENROLMENT_LIMITS,
  enrolWithCertificate,
  enrolWithPassword,
  listDevices,
  renewCertificate,
  revokeDevice,
} from './device-enrolment.ts'
import type { Enrolment } from './device-enrolment.ts'
import { makeDevicePassword } from './device-names.ts'
import { endedDevicesJob, loadRevoked, statusOf } from './device-status.ts'
import { createEnrolledDevices, saveSeenDevices } from './enrolled-devices.ts'
import {
  ensureGenerations,
  loadGenerations,
  loadIssuing,
  loadServerSigner,
  rootsOf,
  servingGeneration,
} from './own-authority.ts'

const NOW = Date.now()
const DAY_MS = 86_400_000
const STATUS = () => ({ crl: 'http://wifi.example.org/1.crl', ocsp: 'http://wifi.example.org/o' })
const BOBS: Enrolment = {
  owner: { account: 'bob', how: 'local', groups: ['staff'] },
  ...{ name: 'Ordinateur de Bob', kind: 'laptop', days: 395, actor: 'staff:bob', now: NOW },
}

const clock = (): number => NOW

async function withAuthority(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await ensureGenerations(database.as('radius'), testSeal, clock)
  return database
}

async function enrol(database: TestDatabase, more: Partial<Enrolment> = {}) {
  const { publicKey } = await makeKeyPair('p256')
  const about = { ...BOBS, ...more, publicKey, status: STATUS }
  const made = await enrolWithCertificate(database.as('portal'), testSeal, about)
  if (!made.ok) throw new Error(made.reason)
  return made
}

describe('the certificate authority', () => {
  test('is made once, however many start at the same time', async () => {
    await using database = await openTestDatabase()
    const radius = database.as('radius')
    const made = await Promise.all(
      Array.from({ length: 3 }, () => ensureGenerations(radius, testSeal, clock)),
    )
    expect(new Set(made.map(([first]) => first?.rootPem)).size).toBe(1)
    expect((await loadGenerations(database)).map(({ generation }) => generation)).toEqual([1])
  })

  test('keeps its keys sealed, and the key of the root from the portal', async () => {
    await using database = await withAuthority()
    const [row] = await database.sql<{ keys: string }[]>`
      select root_key || issuing_key as keys from staff.authority`
    expect(row?.keys).not.toContain('PRIVATE KEY')
    await expect(database.as('portal').sql`select root_key from staff.authority`).rejects.toThrow(
      /permission denied/,
    )
    expect(await loadIssuing(database.as('portal'), testSeal)).toMatchObject({ generation: 1 })
  })

  test('goes on with the root that a house had before: its devices know the server still', async () => {
    await using database = await openTestDatabase()
    const before = await makeRoot('Accueil RADIUS CA', 'p256', NOW - 90 * DAY_MS)
    await getOrCreateCertificate(database, testSeal, 'radius-ca', () =>
      Promise.resolve({
        chainPem: before.certificatePem,
        caPem: before.certificatePem,
        keyPem: before.keyPem,
      }),
    )
    const [first] = await ensureGenerations(database.as('radius'), testSeal, clock)
    if (first === undefined) throw new Error('there is no generation')
    const { by } = await loadServerSigner(database.as('radius'), testSeal, first)
    const { pem } = await makeServer(by, 'wifi.example.org', NOW, 'p256')
    const trusted = new X509Certificate(before.certificatePem)
    const shown = new X509Certificate(pem)
    expect(shown.checkIssued(trusted) && shown.verify(trusted.publicKey)).toBe(true)
    const issuing = new X509Certificate(first.issuingPem)
    expect(issuing.verify(trusted.publicKey)).toBe(true)
  })

  test('of two generations the server shows the older until the newer begins; devices trust both', async () => {
    const generation = (n: number, from: number) => ({
      ...{
        generation: n,
        rootPem: `-----BEGIN CERTIFICATE-----\n${n}\n-----END CERTIFICATE-----\n`,
      },
      ...{ issuingPem: '', serverFrom: new Date(from), madeAt: new Date(from) },
    })
    const both = [generation(1, NOW - DAY_MS), generation(2, NOW + DAY_MS)]
    expect(servingGeneration(both, NOW)?.generation).toBe(1)
    expect(servingGeneration(both, NOW + DAY_MS)?.generation).toBe(2)
    expect(rootsOf(both, NOW)).toHaveLength(2)
    expect(rootsOf(both, NOW + DAY_MS)).toHaveLength(1)
  })
})

describe('a device', () => {
  test('gets a certificate of the house, which tells nothing of its owner', async () => {
    await using database = await withAuthority()
    const { id, certificatePem, serial, chainPem } = await enrol(database)
    const certificate = new X509Certificate(certificatePem)
    expect(certificate.subject).toBe(`CN=${id}`)
    expect(certificate.serialNumber).toBe(serial)
    expect(certificate.verify(new X509Certificate(chainPem).publicKey)).toBe(true)
    expect(certificate.toString()).not.toContain('bob')
    expect(await listDevices(database.as('portal'), 'bob')).toMatchObject([
      { id, name: 'Ordinateur de Bob', kind: 'laptop', credential: 'certificate', revokedAt: null },
    ])
    const audit = await database.sql`select action, actor, subject from audit.entry`
    expect(audit).toMatchObject([{ action: 'device.enrol', actor: 'staff:bob', subject: id }])
  })

  test('has at most so many beside it', async () => {
    await using database = await withAuthority()
    await database.sql`
      insert into staff.device (id, account, name, kind, how, groups, credential, generation, ends_at)
      select lpad(translate(n::text, '01', 'ab'), 16, 'a'), 'bob', 'one', 'phone', 'local', '{}',
             'certificate', 1, now() + interval '1 day'
      from generate_series(1, ${ENROLMENT_LIMITS.devices}) n`
    await expect(enrol(database)).rejects.toThrow('too-many-devices')
    await expect(
      enrol(database, { owner: { account: 'ann', how: 'oidc', groups: [] } }),
    ).resolves.toMatchObject({ ok: true })
  })

  test('is renewed with the old certificate still good, by its owner only', async () => {
    await using database = await withAuthority()
    const first = await enrol(database)
    const { publicKey } = await makeKeyPair('p256')
    const renewal = { ...BOBS, id: first.id, publicKey, status: STATUS, now: NOW + DAY_MS }
    const portal = database.as('portal')
    const second = await renewCertificate(portal, testSeal, renewal)
    if (!second.ok) throw new Error(second.reason)
    for (const { serial } of [first, second]) {
      expect(await statusOf(portal, 1, serial)).toEqual({ kind: 'good' })
    }
    const eve = { ...renewal, owner: { account: 'eve', how: 'local', groups: [] } as const }
    expect(await renewCertificate(portal, testSeal, eve)).toEqual({
      ...{ ok: false, reason: 'unknown-device' },
    })
  })

  test('is revoked by its owner alone; the list and OCSP say so, and it is not revoked twice', async () => {
    await using database = await withAuthority()
    const portal = database.as('portal')
    const { id, serial } = await enrol(database)
    const by = (account: string) =>
      revokeDevice(portal, { id, account, actor: `staff:${account}`, reason: 'lost' })
    expect(await by('eve')).toBe(false)
    expect(await by('bob')).toBe(true)
    expect(await by('bob')).toBe(false)
    expect((await loadRevoked(portal, 1)).map((one) => one.serial)).toEqual([serial])
    expect((await statusOf(portal, 1, serial)).kind).toBe('revoked')
    expect((await statusOf(portal, 1, 'ABC')).kind).toBe('unknown')
    const { publicKey } = await makeKeyPair('p256')
    const renewal = { ...BOBS, id, publicKey, status: STATUS }
    expect(await renewCertificate(portal, testSeal, renewal)).toMatchObject({ ok: false })
    const actions = await database.sql<{ action: string }[]>`
      select action from audit.entry order by id`
    expect(actions.map(({ action }) => action)).toEqual([
      ...['device.enrol', 'radius.disconnect', 'device.revoke'],
    ])
  })

  test('is forgotten a month after its end', async () => {
    await using database = await withAuthority()
    await enrol(database, { days: 30, now: NOW - 70 * DAY_MS })
    const { id } = await enrol(database)
    await endedDevicesJob(database.as('jobs')).run()
    const left = await database.sql<{ id: string }[]>`select id from staff.device`
    expect(left.map((row) => row.id)).toEqual([id])
  })
})

describe('the RADIUS server', () => {
  test('hears of a device, of its password, of its end, and of the day it was seen', async () => {
    await using database = await withAuthority()
    const radius = database.as('radius')
    const devices = createEnrolledDevices({
      database: radius,
      log: createLog({ fd: 2, level: 'error' }),
      clock,
    })
    await devices.start()
    const portal = database.as('portal')
    const { id, serial } = await enrol(database)
    const password = makeDevicePassword()
    const other = await enrolWithPassword(portal, { ...BOBS, password, generation: 1 })
    if (!other.ok) throw new Error(other.reason)
    const until = async (question: () => boolean): Promise<void> => {
      for (let i = 0; i < 500 && !question(); i++) await sleep(10)
    }
    await until(() => devices.bySerial(serial) !== undefined && devices.size === 2)
    expect(devices.bySerial(serial)).toMatchObject({ id, account: 'bob', isRevoked: false })
    expect(devices.byId(other.id)?.secret).toHaveLength(32)
    await revokeDevice(portal, { id, account: 'bob', actor: 'staff:bob', reason: 'lost' })
    await until(() => devices.bySerial(serial)?.isRevoked === true)
    expect(devices.bySerial(serial)?.isRevoked).toBe(true)
    await saveSeenDevices(radius, [id, other.id], '2026-11-28')
    await saveSeenDevices(radius, [id], '2026-11-27')
    const seen = await listDevices(portal, 'bob')
    expect(seen.map(({ lastSeenOn }) => lastSeenOn)).toEqual(['2026-11-28', '2026-11-28'])
    await devices.stop()
  })
})
