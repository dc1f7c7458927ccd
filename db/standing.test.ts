import { expect, test } from 'vitest'
import { MIGRATIONS } from './migrate.ts'
import { stepNames } from './standing.ts'

test('the files of steps are the steps of this version, in their order', () => {
  expect(stepNames()).toEqual(Object.keys(MIGRATIONS))
})
