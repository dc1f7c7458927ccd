import { expect, test } from 'vitest'
import { isAsked } from './upgrade.ts'

test.each([
  ['24.11.9', false],
  ['24.12.0', true],
  ['24.21.0', true],
  ['25.3.0', false],
  ['26.0.0', true],
  ['27.1.0', true],
])('Node %s for ^24.12.0 || >=26: %s', (version, good) => {
  expect(isAsked(version, '^24.12.0 || >=26')).toBe(good)
})
