import { describe, expect, test } from 'vitest'
import type { LdapEntry, Search } from './connection.ts'
import { findGroups } from './groups.ts'
import type { Person } from './groups.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { TEST_SETTINGS } from './testing/directory.ts'

const group = (name: string): LdapEntry => ({
  dn: `cn=${name},ou=groups,dc=test`,
  attributes: new Map([['cn', [name]]]),
})
const alice: Person = { dn: 'uid=alice,dc=test', username: 'alice', memberOf: [] }

/** Answers a search by who is asked about: each holds these groups. */
function holders(held: Readonly<Record<string, readonly string[]>>) {
  const asked: Search[] = []
  const ask = (search: Search) => {
    asked.push(search)
    const found = Object.entries(held).flatMap(([member, groups]) =>
      search.filter.includes(`(member=${member})`) ? groups.map(group) : [],
    )
    const entries = found.slice(0, search.most)
    const value = { entries, isCut: found.length > entries.length }
    return Promise.resolve({ ok: true as const, value })
  }
  return { asked, ask }
}

describe('groups by their members', () => {
  test('are followed upwards, and a ring of groups ends', async () => {
    const { asked, ask } = holders({
      'uid=alice,dc=test': ['Volunteers'],
      'cn=Volunteers,ou=groups,dc=test': ['staff'],
      'cn=staff,ou=groups,dc=test': ['Volunteers', 'everyone'],
    })
    const found = await findGroups('openldap', TEST_SETTINGS, alice, ask)
    expect(found).toEqual({
      ok: true,
      value: { names: ['everyone', 'staff', 'volunteers'], isCut: false },
    })
    expect(asked).toHaveLength(4)
  })

  test('are not followed where the declaration says so', async () => {
    const { asked, ask } = holders({
      'uid=alice,dc=test': ['volunteers'],
      'cn=volunteers,ou=groups,dc=test': ['staff'],
    })
    const settings = { ...TEST_SETTINGS, groups: { ...TEST_SETTINGS.groups, nested: false } }
    const found = await findGroups('openldap', settings, alice, ask)
    expect(found).toMatchObject({ value: { names: ['volunteers'] } })
    expect(asked).toHaveLength(1)
  })

  test('end at a depth and at a number, and it is said that they were cut', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`cn=g${i},ou=groups,dc=test`, [`g${i + 1}`]]),
    )
    const chain = holders({ 'uid=alice,dc=test': ['g0'], ...deep })
    const found = await findGroups('openldap', TEST_SETTINGS, alice, chain.ask)
    expect(found.ok && [found.value.names.length, found.value.isCut]).toEqual([
      DIRECTORY_LIMITS.groupDepth,
      true,
    ])
    const wide = holders({
      'uid=alice,dc=test': Array.from({ length: 2_000 }, (_, i) => `w${i}`),
    })
    const many = await findGroups('openldap', TEST_SETTINGS, alice, wide.ask)
    expect(many.ok && [many.value.names.length, many.value.isCut]).toEqual([
      DIRECTORY_LIMITS.groups,
      true,
    ])
  })

  test('a name with the signs of a filter stays a name', async () => {
    const { asked, ask } = holders({})
    const odd = { ...alice, dn: 'cn=a (b*) \\\\c,dc=test', username: '*' }
    await findGroups('openldap', TEST_SETTINGS, odd, ask)
    expect(asked[0]?.filter).toBe(
      '(|(member=cn=a \\28b\\2a\\29 \\5c\\5cc,dc=test)(uniqueMember=cn=a \\28b\\2a\\29 \\5c\\5cc,dc=test)(memberUid=\\2a))',
    )
  })
})

test('groups by memberOf are those below the declared base, by the name in their DN', async () => {
  const { ask } = holders({})
  const settings = {
    ...TEST_SETTINGS,
    groups: { ...TEST_SETTINGS.groups, from: 'memberOf' as const },
  }
  const person = {
    ...alice,
    memberOf: ['cn=Volunteers,ou=groups,dc=test', 'cn=admin,ou=machines,dc=test'],
  }
  expect(await findGroups('openldap', settings, person, ask)).toMatchObject({
    value: { names: ['volunteers'] },
  })
})

test('Active Directory follows groups of groups itself, in one question', async () => {
  const asked: Search[] = []
  const found = await findGroups('active-directory', TEST_SETTINGS, alice, (search) => {
    asked.push(search)
    const entries = [group('Staff'), group('volunteers')]
    return Promise.resolve({ ok: true, value: { entries, isCut: false } })
  })
  expect(found).toMatchObject({ value: { names: ['staff', 'volunteers'] } })
  expect(asked.map(({ filter }) => filter)).toEqual([
    '(member:1.2.840.113556.1.4.1941:=uid=alice,dc=test)',
  ])
})
