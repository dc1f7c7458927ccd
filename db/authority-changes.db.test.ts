import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeRoot } from '#core/pki/authorities.ts'
import { certify } from '#core/pki/certify.ts'
import { authorityExtension, keyUsageExtension } from '#core/pki/extensions.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { readSigningRequest } from '#core/pki/signing-request.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import {
  describeAuthority,
  installIssuing,
  requestIssuing,
  rotateAuthority,
} from './authority-changes.ts'
import { enrolWithCertificate } from './device-enrolment.ts'
import { issueGatewayCertificate } from './gateway-certificate.ts'
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
const BY_CLI = { now: NOW, serverFrom: null, actor: 'cli:root' } as const

describe('a rotation', () => {
  test('gives new devices both roots, and leaves the server until no device of before is left', async () => {
    await using database = await openTestDatabase()
    await ensureGenerations(database, testSeal, () => NOW)
    const { publicKey } = await makeKeyPair('p256')
    const bobs = {
      ...{
        owner: { account: 'bob', how: 'local' as const, groups: [] },
        name: 'PC',
        kind: 'laptop',
      },
      ...{ days: 395, actor: 'staff:bob', now: NOW, publicKey, status: STATUS },
    } as const
    await enrolWithCertificate(database, testSeal, bobs)
    const done = await rotateAuthority(database, testSeal, BY_CLI)
    expect(done).toMatchObject({ generation: 2, left: 0 })
    const all = await loadGenerations(database)
    expect(servingGeneration(all, NOW)?.generation).toBe(1)
    expect(servingGeneration(all, done.serverFrom.getTime())?.generation).toBe(2)
    expect(rootsOf(all, NOW)).toHaveLength(2)
    expect((await loadIssuing(database, testSeal))?.generation).toBe(2)
    await enrolWithCertificate(database, testSeal, bobs)
    expect((await describeAuthority(database, testSeal)).map(({ devices }) => devices)).toEqual([
      1, 1,
    ])
  })

  test('that comes sooner says how many devices would fall off', async () => {
    await using database = await openTestDatabase()
    await ensureGenerations(database, testSeal, () => NOW)
    const { publicKey } = await makeKeyPair('p256')
    await enrolWithCertificate(database, testSeal, {
      ...{
        owner: { account: 'bob', how: 'local' as const, groups: [] },
        name: 'PC',
        kind: 'laptop',
      },
      ...{ days: 395, actor: 'staff:bob', now: NOW, publicKey, status: STATUS },
    })
    const serverFrom = NOW + 30 * DAY_MS
    const done = await rotateAuthority(database, testSeal, { ...BY_CLI, serverFrom })
    expect(done).toEqual({ generation: 2, serverFrom: new Date(serverFrom), left: 1 })
    const actions = await database.sql<{ action: string; details: object }[]>`
      select action, details from audit.entry order by id desc limit 1`
    expect(actions).toMatchObject([{ action: 'authority.rotate', details: { devicesLeft: 1 } }])
  })
})

describe('an authority above', () => {
  async function signed(request: string) {
    const read = await readSigningRequest(request)
    if (!read.ok) throw new Error(read.reason)
    const above = await makeRoot('Organisation', 'p256', NOW)
    const { pem } = await certify({
      ...{ commonName: 'Devices', publicKey: read.publicKey, from: NOW - DAY_MS },
      ...{ until: NOW + 900 * DAY_MS, by: above },
      extensions: [authorityExtension(0), keyUsageExtension('certifiesAndSigns')],
    })
    return { above, pem, chain: pem + above.certificatePem }
  }

  test('signs our key: devices and the server are then under its root', async () => {
    await using database = await openTestDatabase()
    await ensureGenerations(database, testSeal, () => NOW)
    const request = await requestIssuing(database, testSeal, 'cli:root')
    const again = await requestIssuing(database, testSeal, 'cli:root')
    const keyOf = async (text: string) => readSigningRequest(text)
    expect(await keyOf(again)).toEqual(await keyOf(request))
    await expect(rotateAuthority(database, testSeal, BY_CLI)).rejects.toThrow(
      /waits for the signature/,
    )
    const { above, pem, chain } = await signed(request)
    const done = await installIssuing(database, testSeal, { ...BY_CLI, pem: chain })
    expect(done.serverFrom.getTime()).toBeGreaterThan(NOW + 390 * DAY_MS)
    const newest = (await loadGenerations(database)).at(-1)
    expect(newest).toMatchObject({ generation: 2, rootPem: above.certificatePem, issuingPem: pem })
    if (newest === undefined) throw new Error('there is no generation')
    const { by, chainPem } = await loadServerSigner(database, testSeal, newest)
    expect([by.certificatePem, chainPem]).toEqual([pem, pem])
  })

  test('is refused with a chain that does not fit, in words', async () => {
    await using database = await openTestDatabase()
    const install = (text: string) => installIssuing(database, testSeal, { ...BY_CLI, pem: text })
    await expect(install('')).rejects.toThrow(/run accueil ca csr first/)
    const request = await requestIssuing(database, testSeal, 'cli:root')
    const { pem, above } = await signed(request)
    const other = await makeRoot('Organisation', 'p256', NOW)
    await expect(install(pem)).rejects.toThrow(/the root at the end/)
    await expect(install(above.certificatePem + above.certificatePem)).rejects.toThrow(
      /not for the key of the request/,
    )
    await expect(install(pem + other.certificatePem)).rejects.toThrow(/not signed by the one after/)
    const first = await installIssuing(database, testSeal, {
      ...BY_CLI,
      pem: pem + above.certificatePem,
    })
    expect(first.serverFrom).toEqual(new Date(NOW))
  })
})

test('a gateway that is declared gets a certificate for RadSec, whose key is not kept', async () => {
  await using database = await openTestDatabase()
  await ensureGenerations(database, testSeal, () => NOW)
  const ask = { gateway: 'gw-0042', now: NOW, actor: 'cli:root' }
  await expect(issueGatewayCertificate(database, testSeal, ask)).rejects.toThrow(/no gateway/)
  await database.sql`
    with a as (insert into house.association values ('75', 'Paris')),
    s as (insert into house.site (code, name, association, timezone) values ('75-0042', 'N', '75', 'Europe/Paris'))
    select 1`
  await database.sql`
    insert into house.gateway (name, site, address, secret, kind)
    values ('gw-0042', '75-0042', '192.0.2.1/32', 'sealed', 'generic')`
  const { certificate, key, roots, sha256 } = await issueGatewayCertificate(database, testSeal, ask)
  const shown = new X509Certificate(certificate)
  expect(shown.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(sha256)
  expect(shown.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  expect(key).toContain('PRIVATE KEY')
  expect(new X509Certificate(roots).ca).toBe(true)
})
