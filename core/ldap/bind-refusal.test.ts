import { expect, test } from 'vitest'
import { bindRefusal } from './bind-refusal.ts'

const windows = (data: string): string =>
  `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v2580`

test.each([
  ['525', 'unknown-account'],
  ['52e', 'wrong-password'],
  ['530', 'account-restricted'],
  ['531', 'account-restricted'],
  ['532', 'password-expired'],
  ['533', 'account-disabled'],
  ['701', 'account-expired'],
  ['773', 'password-expired'],
  ['775', 'account-locked'],
  ['57', 'wrong-password'],
])('of Active Directory, data %s is %s', (data, reason) => {
  expect(bindRefusal({ kind: 'result', code: 49, detail: windows(data) }, null)).toBe(reason)
})

test.each([
  [49, '', null, 'wrong-password'],
  [49, '', 'account-locked', 'account-locked'],
  [49, '', 'password-expired', 'password-expired'],
  [19, 'Exceed password retry limit', null, 'account-locked'],
  [53, 'Account inactivated. Contact system administrator.', null, 'account-disabled'],
  [53, 'restricted by rootDSE', null, null],
  [32, '', null, 'unknown-account'],
  [48, '', null, 'wrong-password'],
  [51, 'busy', null, null],
] as const)('of others, %d %j with policy %s is %s', (code, detail, policy, reason) => {
  expect(bindRefusal({ kind: 'result', code, detail }, policy)).toBe(reason)
})

test('a bind that was not answered says nothing about the person', () => {
  expect(bindRefusal({ kind: 'late', code: null, detail: 'data 533' }, null)).toBeNull()
})
