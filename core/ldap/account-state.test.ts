import { expect, test } from 'vitest'
import { accountState } from './account-state.ts'

const NOW = Date.UTC(2026, 10, 24)
/** 100 ns since 1601. */
const filetime = (ms: number): string => String((BigInt(ms) + 11_644_473_600_000n) * 10_000n)

function entry(attributes: Readonly<Record<string, string>>) {
  return {
    dn: 'x',
    attributes: new Map(
      Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), [value]]),
    ),
  }
}

test.each([
  [{}, null],
  [{ userAccountControl: '512', accountExpires: '0' }, null],
  [{ userAccountControl: '514' }, 'account-disabled'],
  [{ userAccountControl: '512', accountExpires: '9223372036854775807' }, null],
  [{ userAccountControl: '512', accountExpires: filetime(NOW + 1000) }, null],
  [{ userAccountControl: '512', accountExpires: filetime(NOW) }, 'account-expired'],
  [{ 'msDS-User-Account-Control-Computed': '16' }, 'account-locked'],
  [{ 'msDS-User-Account-Control-Computed': '8388608' }, 'password-expired'],
])('in Active Directory %j means %s', (attributes, state) => {
  expect(accountState('active-directory', entry(attributes), NOW)).toBe(state)
})

test.each([
  [{}, null],
  [{ pwdAccountLockedTime: '000001010000Z' }, 'account-disabled'],
  // That lock ends by itself, and only the server knows when.
  [{ pwdAccountLockedTime: '20261123120000Z' }, null],
  [{ nsAccountLock: 'TRUE' }, 'account-disabled'],
  [{ sambaAcctFlags: '[UD         ]' }, 'account-disabled'],
  [{ shadowExpire: '-1' }, null],
  [{ shadowExpire: '0' }, null],
  [{ shadowExpire: String(NOW / 86_400_000 + 1) }, null],
  [{ shadowExpire: String(NOW / 86_400_000) }, 'account-expired'],
])('in OpenLDAP %j means %s', (attributes, state) => {
  expect(accountState('openldap', entry(attributes), NOW)).toBe(state)
})
