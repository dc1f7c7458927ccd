import { expect, test } from 'vitest'
import { isAnybody, isSamePerson } from './actor.ts'

test('one name is one person, from the machine or from the house', () => {
  expect(isSamePerson('cli:alice', 'account:alice')).toBe(true)
  expect(isSamePerson('cli:Alice', 'cli:alice')).toBe(true)
  expect(isSamePerson('cli:alice', 'account:bob')).toBe(false)
})

test('root is whoever came to be root', () => {
  expect(isAnybody('cli:root')).toBe(true)
  expect(isAnybody('account:root')).toBe(false)
  expect(isAnybody('cli:alice')).toBe(false)
})
