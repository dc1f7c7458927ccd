import { expect, test } from 'vitest'
import { findChanges } from './changes.ts'
import type { LdapEntry, Search } from './connection.ts'
import { TEST_SETTINGS } from './testing/directory.ts'

const SINCE = Date.UTC(2026, 10, 28, 20, 15)

function entry(dn: string, attributes: Readonly<Record<string, readonly string[]>>): LdapEntry {
  return { dn, attributes: new Map(Object.entries(attributes)) }
}

function holding(...entries: readonly LdapEntry[]) {
  const asked: Search[] = []
  const ask = (search: Search) => {
    asked.push(search)
    return Promise.resolve({ ok: true as const, value: { entries, isCut: false } })
  }
  return { asked, ask }
}

test('people and groups of OpenLDAP are told apart, and two writes in one second', async () => {
  const { asked, ask } = holding(
    entry('uid=Ana,dc=test', {
      objectclass: ['top', 'inetOrgPerson'],
      uid: ['Ana'],
      cn: ['Ana Lopes'],
      modifytimestamp: ['20261128201501Z'],
      entrycsn: ['20261128201501.123456Z#000000#000#000000'],
    }),
    entry('cn=Staff,ou=groups,dc=test', {
      objectclass: ['groupOfNames'],
      cn: ['Staff'],
      modifytimestamp: ['20261128201500Z'],
    }),
    // Neither: an organisational unit, and an entry of whose time nothing is said.
    entry('ou=people,dc=test', {
      objectclass: ['organizationalUnit'],
      modifytimestamp: ['20261128201500Z'],
    }),
    entry('uid=bob,dc=test', {
      objectclass: ['inetOrgPerson'],
      uid: ['bob'],
      modifytimestamp: ['today'],
    }),
  )
  const found = await findChanges('openldap', TEST_SETTINGS, SINCE, ask)
  expect(asked.map(({ base, filter }) => [base, filter])).toEqual([
    ['dc=test', '(modifyTimestamp>=20261128201500.0Z)'],
  ])
  expect(found).toEqual({
    ok: true,
    value: {
      changes: [
        {
          ...{ kind: 'person', name: 'ana', at: SINCE + 1000 },
          version: 'uid=Ana,dc=test\n20261128201501.123456Z#000000#000#000000',
        },
        {
          ...{ kind: 'group', name: 'staff', at: SINCE },
          version: 'cn=Staff,ou=groups,dc=test\n20261128201500Z',
        },
      ],
      isCut: false,
    },
  })
})

test('people of Active Directory have the name of the house, with the realm that it answers for', async () => {
  const { asked, ask } = holding(
    entry('CN=Carol,DC=rdc,DC=test', {
      objectclass: ['top', 'person', 'user'],
      samaccountname: ['Carol'],
      whenchanged: ['20261128201500.0Z'],
      usnchanged: ['4711'],
    }),
    entry('CN=Staff,DC=rdc,DC=test', {
      objectclass: ['group'],
      cn: ['Staff'],
      samaccountname: ['staff-of-paris'],
      whenchanged: ['20261128201500.0Z'],
    }),
  )
  const settings = {
    ...TEST_SETTINGS,
    baseDn: 'OU=people,DC=rdc,DC=test',
    realms: ['rdc.test', 'rdc'],
    groups: { ...TEST_SETTINGS.groups, baseDn: 'OU=groups,DC=rdc,DC=test' },
  }
  const found = await findChanges('active-directory', settings, SINCE, ask)
  expect(asked.map(({ base }) => base)).toEqual([
    'OU=people,DC=rdc,DC=test',
    'OU=groups,DC=rdc,DC=test',
  ])
  expect(found.ok && found.value.changes.slice(0, 2)).toMatchObject([
    { kind: 'person', name: 'carol@rdc.test', version: 'CN=Carol,DC=rdc,DC=test\n4711' },
    { kind: 'group', name: 'staff' },
  ])
})
