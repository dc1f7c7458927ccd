import { describe, expect, test } from 'vitest'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { PersonState } from '#db/person-table.ts'
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
  const people = new Map<string, PersonState>()
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
    people: (account) => people.get(account) ?? null,
    guessing: createBackOff(GUESSING, knownAlone(), () => 0),
    binding: createBackOff(BINDING, knownAlone(), () => 0),
  })
  const from = login.from(origin())
  const check = (name: string | null) => from.check(name, Buffer.from('x'))
  return { asked, people, check, login: from }
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

describe('who was switched off by an identity provider', () => {
  const off = { off: 'scim-inactive', groups: [] } as const

  test('does not come in, whatever the directory and what is remembered of it say', () => {
    const { people, check, login } = house()
    expect(check('eve')).toMatchObject({ ok: true })
    people.set('eve', off)
    for (const verdict of [check('eve'), check('eve@paris.example'), login.standing('eve')]) {
      expect(verdict).toEqual({ ok: false, reason: 'scim-inactive' })
    }
    people.set('eve', { off: null, groups: [] })
    expect(check('eve')).toMatchObject({ ok: true })
  })

  test('is not let in by MS-CHAPv2 either', async () => {
    const { people, login } = house()
    people.set('eve', off)
    expect(await login.ntHashOf('eve')).toEqual({ ok: false, reason: 'scim-inactive' })
  })

  test('is not a local account of the same name, which is there as long as it is declared', () => {
    const { people, check } = house()
    people.set('bob', off)
    expect(check('bob')).toMatchObject({ ok: true })
  })

  test('and who is not: a certificate in their name is theirs, with the groups that were told', () => {
    const { people, login } = house()
    people.set('helene@autre.example', { off: null, groups: ['staff'] })
    expect(login.standing('Helene@autre.example')).toEqual({
      ok: true,
      account: { username: 'helene@autre.example', groups: ['staff'] },
    })
    people.set('helene@autre.example', off)
    expect(login.standing('helene@autre.example')).toEqual({
      ok: false,
      reason: 'scim-inactive',
    })
    expect(login.standing('nobody@autre.example')).toEqual({ ok: false, reason: 'unknown-account' })
  })
})
