import { expect, test } from 'vitest'
import { firstRdnValue, isBelow } from './distinguished-name.ts'
import { realmOfBaseDn } from './directory-settings.ts'

test.each([
  ['cn=staff,ou=groups,dc=test', 'staff'],
  ['CN=Wi-Fi\\, Paris,OU=Groups', 'Wi-Fi, Paris'],
  ['cn=h\\c3\\a9l\\c3\\a8ne,dc=test', 'hélène'],
  ['cn=été 🍲,dc=test', 'été 🍲'],
  ['cn=a+uid=b,dc=test', 'a'],
  ['nonsense', ''],
])('the first value of %s is %s (RFC 4514)', (dn, value) => {
  expect(firstRdnValue(dn)).toBe(value)
})

test('below a base means a whole part below it', () => {
  expect(isBelow('CN=x, OU=Groups,DC=test', 'ou=groups,dc=test')).toBe(true)
  expect(isBelow('ou=groups,dc=test', 'ou=groups,dc=test')).toBe(true)
  expect(isBelow('cn=x,ou=other-groups,dc=test', 'groups,dc=test')).toBe(false)
})

test.each([
  ['ou=people,dc=Restos,dc=example', 'restos.example'],
  ['DC=rdc, DC=test', 'rdc.test'],
  ['o=restos', null],
])('%s belongs to the realm %s', (dn, realm) => {
  expect(realmOfBaseDn(dn)).toBe(realm)
})
