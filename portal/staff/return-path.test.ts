import { expect, test } from 'vitest'
import { returnPath } from './return-path.ts'

test('a sign-in comes back to the page of ours that was asked for', () => {
  for (const path of ['/staff', '/staff/sessions?ended', '/admin', '/admin/sites?q=a%20b']) {
    expect(returnPath(path)).toBe(path)
  }
})

test.each([
  null,
  '',
  'https://example.org/staff',
  '//example.org/staff',
  '/\\example.org/staff',
  '\\\\example.org/staff',
  '/staff/..//example.org',
  '/staff/../../guest',
  '/guest',
  '/staffing',
  'javascript:alert(1)',
  '/\t/example.org/staff',
  ' /staff',
  `/staff/${'a'.repeat(2_000)}`,
])('and nowhere else: %j', (asked) => {
  expect(returnPath(asked)).toBe('/staff')
})
