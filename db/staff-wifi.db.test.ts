import { randomBytes } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ntHash } from '#core/nt-hash.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import { loadAccounts } from './accounts.ts'
import type { Database } from './connection.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import { loadDeviceCas } from './device-cas.ts'
import { deleteExpiredEapSessions, findEapSession, saveEapSessions } from './eap-sessions.ts'
import type { EapSession } from './eap-sessions.ts'

const PKI = join(import.meta.dirname, '../test/vectors/pki')

async function apply(database: Database, yaml: string): Promise<readonly string[]> {
  using folder = temporaryFolder({ 'house.yaml': `version: 1\n${yaml}` })
  cpSync(PKI, folder.file('pki'), { recursive: true })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) return read.problems.map((problem) => problem.replace(/^.*house\.yaml/, 'house'))
  const options = { dryRun: false, actor: 'test', now: Date.parse('2026-11-23') }
  return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
}

describe('an account', () => {
  test('has an NT hash only when it was declared to need one, and loses it again', async () => {
    await using database = await openTestDatabase()
    const account = (more: string): string =>
      `accounts: [ { username: bob, password: hello${more} } ]\n`
    await apply(database, account(''))
    expect((await loadAccounts(database, testSeal)).get('bob')?.ntHash).toBeNull()

    expect(await apply(database, account(', mschap: true'))).toEqual([
      '~ account bob: nt_hash changed',
    ])
    const known = (await loadAccounts(database, testSeal)).get('bob')?.ntHash
    expect(known).toEqual(Buffer.from(ntHash('hello')))
    const [row] = await database.sql<{ nt_hash: string }[]>`select nt_hash from staff.account`
    expect(row?.nt_hash).not.toContain(Buffer.from(ntHash('hello')).toString('hex'))
    expect(await apply(database, account(', mschap: true'))).toEqual([])

    await apply(database, account(''))
    expect((await loadAccounts(database, testSeal)).get('bob')?.ntHash).toBeNull()
  })

  test('with another password has another NT hash', async () => {
    await using database = await openTestDatabase()
    const account = (password: string): string =>
      `accounts: [ { username: bob, password: ${password}, mschap: true } ]\n`
    await apply(database, account('hello'))
    await apply(database, account('changed'))
    const known = (await loadAccounts(database, testSeal)).get('bob')?.ntHash
    expect(known).toEqual(Buffer.from(ntHash('changed')))
  })
})

describe('a device CA', () => {
  const ca = (more: string): string =>
    `device_ca: [ { name: laptops, file: pki/ec-ca.pem, name_from: email${more} } ]\n`

  test('comes with the certificates that were struck off, by number and by list', async () => {
    await using database = await openTestDatabase()
    const yaml = ca(", revoked: ['00:0b:AD', '00'], crl: pki/ec.crl")
    expect(await apply(database, yaml)).toHaveLength(5)
    expect(await apply(database, yaml)).toEqual([])
    const [loaded] = await loadDeviceCas(database)
    expect(loaded).toMatchObject({ name: 'laptops', nameFrom: 'email', names: 'account' })
    expect(loaded?.revoked).toEqual(
      new Set(['BAD', '0', 'A1B2', '7F00000000000000000000000000000001']),
    )
    expect(await apply(database, ca(''))).toHaveLength(4)
    expect((await loadDeviceCas(database))[0]?.revoked.size).toBe(0)
    expect(await apply(database, 'device_ca: []\n')).toEqual(['- device CA laptops'])
    expect(await loadDeviceCas(database)).toEqual([])
  })

  test.each([
    ['a list of another', ca(', crl: pki/rsa.crl'), 'is no CRL signed by pki/ec-ca.pem'],
    ['a file that is none', ca('').replace('ec-ca.pem', 'ec.crl'), 'one or more certificates'],
    ['groups beside an account', ca(', groups: [till]'), 'are those of devices'],
    ['a serial number that is none', ca(", revoked: ['xyz']"), 'is not a serial number'],
  ])('with %s is refused', async (_, yaml, problem) => {
    await using database = await openTestDatabase()
    const problems = await apply(database, yaml)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
    expect(problems[0]).toMatch(/^house:2: device_ca\[0\]/)
  })
})

describe('a TLS session', () => {
  const session = (changes: Partial<EapSession> = {}): EapSession => ({
    id: randomBytes(16),
    kind: 'ticket',
    secret: randomBytes(48),
    type: 21,
    method: 'ttls-pap',
    username: 'bob',
    credential: 'c',
    expires: Date.parse('2026-11-24'),
    ...changes,
  })

  test('is found by its identifier, whole, and by nobody in the table', async () => {
    await using database = await openTestDatabase()
    const [one, two] = [session(), session({ kind: 'session', secret: randomBytes(900) })]
    await saveEapSessions(database, testSeal, [one, two])
    await saveEapSessions(database, testSeal, [one])
    for (const { secret, ...rest } of [one, two]) {
      const found = await findEapSession(database, testSeal, rest.id)
      expect(found).toMatchObject(rest)
      expect(Buffer.from(found?.secret ?? []).equals(secret)).toBe(true)
    }
    expect(await findEapSession(database, testSeal, randomBytes(16))).toBeNull()
    const rows = JSON.stringify(await database.sql`select * from staff.eap_session`)
    expect(rows).not.toContain('bob')
    expect(rows).not.toContain(Buffer.from(one.secret).toString('base64'))
  })

  test('moved to another identifier does not open', async () => {
    await using database = await openTestDatabase()
    const one = session()
    await saveEapSessions(database, testSeal, [one])
    const other = randomBytes(16)
    await database.sql`update staff.eap_session set id = ${other}`
    expect(await findEapSession(database, testSeal, other)).toBeNull()
  })

  test('is deleted once it is over', async () => {
    await using database = await openTestDatabase()
    const [over, running] = [session({ expires: 1000 }), session()]
    await saveEapSessions(database, testSeal, [over, running])
    await deleteExpiredEapSessions(database, 2000)
    expect(await findEapSession(database, testSeal, over.id)).toBeNull()
    expect(await findEapSession(database, testSeal, running.id)).not.toBeNull()
  })
})
