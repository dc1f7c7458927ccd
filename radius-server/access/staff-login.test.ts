import { expect, test } from 'vitest'
import type { LoginName } from '#core/ldap/login-name.ts'
import { knownAlone, origin } from '../testing/attempt.ts'
import { BINDING, GUESSING, createBackOff } from './back-off.ts'
import { createStaffLogin } from './staff-login.ts'

const BOB = { username: 'bob', passwordHash: 'x', groups: ['break-glass'], ntHash: null }

function house() {
  const asked: string[] = []
  const answer = (where: string, { user }: LoginName) => {
    asked.push(`${where}: ${user}`)
    return { ok: true as const, user: { username: user, groups: [where] } }
  }
  const directory = (where: string) => ({
    name: where,
    check: (name: LoginName) => answer(where, name),
    standing: (name: LoginName) => answer(where, name),
    ntHashOf: (name: LoginName) =>
      Promise.resolve({ ...answer(where, name), ntHash: new Uint8Array(16) }),
  })
  const realms = new Map([
    ['', directory('national')],
    ['paris.example', directory('paris')],
  ])
  const login = createStaffLogin({
    accounts: () => new Map([['bob', BOB]]),
    local: {
      check: (username) => {
        asked.push(`local: ${username}`)
        return username.toLowerCase() === 'bob'
          ? { ok: true, account: BOB }
          : { ok: false, reason: 'unknown-account' }
      },
    },
    directories: { haveNtHashes: () => false, forRealm: (realm) => realms.get(realm) ?? null },
    guessing: createBackOff(GUESSING, knownAlone(), () => 0),
    binding: createBackOff(BINDING, knownAlone(), () => 0),
  })
  const from = login.from(origin())
  return { asked, check: (name: string | null) => from.check(name, Buffer.from('x')), login: from }
}

test('a name that a local account has is local, whatever directories there are', () => {
  const { asked, check } = house()
  expect(check('Bob')).toEqual({ ok: true, account: BOB })
  expect(asked).toEqual(['local: Bob'])
})

test('every other name goes to the directory of its realm, and to no second one', () => {
  const { asked, check } = house()
  expect(check('alice')).toEqual({ ok: true, account: { username: 'alice', groups: ['national'] } })
  expect(check('alice@Paris.Example')).toMatchObject({ account: { groups: ['paris'] } })
  expect(asked).toEqual(['national: alice', 'paris: alice'])
})

test('a realm of nobody is answered like an unknown local name', () => {
  const { asked, check } = house()
  expect(check('alice@elsewhere.example')).toEqual({ ok: false, reason: 'unknown-account' })
  expect(asked).toEqual(['local: alice@elsewhere.example'])
})

test("a directory's bob is not called what the local bob is called", () => {
  const { check } = house()
  expect(check('bob@paris.example')).toMatchObject({ account: { username: 'bob@paris.example' } })
})

test('an empty password, a name that is no text and one without end are asked of nobody', () => {
  const { asked, check, login } = house()
  expect(login.check('alice', new Uint8Array())).toEqual({ ok: false, reason: 'empty-password' })
  expect(check(null)).toEqual({ ok: false, reason: 'bad-user-name' })
  expect(check('x'.repeat(254))).toEqual({ ok: false, reason: 'bad-user-name' })
  expect(asked).toEqual([])
})

test('a resumed session and MS-CHAPv2 go the same way', async () => {
  const { login } = house()
  expect(login.standing('bob')).toEqual({ ok: true, account: BOB })
  expect(login.standing('alice')).toMatchObject({ account: { groups: ['national'] } })
  expect(login.standing('alice@elsewhere.example')).toEqual({
    ok: false,
    reason: 'unknown-account',
  })
  expect(await login.ntHashOf('bob')).toEqual({ ok: false, reason: 'no-nt-hash' })
  expect(await login.ntHashOf('alice')).toMatchObject({ ok: true, ntHash: new Uint8Array(16) })
})
