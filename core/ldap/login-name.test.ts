import { expect, test } from 'vitest'
import { isSearchableUser, parseLoginName } from './login-name.ts'

test.each([
  ['bob', 'bob', ''],
  ['bob@Restos.Example', 'bob', 'restos.example'],
  ['bob@restos.example.', 'bob', 'restos.example'],
  ['bob@gmail.test@restos.example', 'bob@gmail.test', 'restos.example'],
  ['RESTOS\\bob', 'bob', 'restos'],
  ['RESTOS\\bob@restos.example', 'RESTOS\\bob', 'restos.example'],
  ['@restos.example', '', 'restos.example'],
])('%s is %s of realm "%s"', (text, user, realm) => {
  expect(parseLoginName(text)).toEqual({ text, user, realm })
})

test.each([
  ['bob', true],
  ['Hélène d’Arc', true],
  ['', false],
  ['bob\0', false],
  ['bob\nadmin', false],
  ['x'.repeat(160), true],
  ['é'.repeat(81), false],
])('%j may be looked for: %s', (user, may) => {
  expect(isSearchableUser(user)).toBe(may)
})
