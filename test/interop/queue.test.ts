import { expect, test } from 'vitest'
import { createQueue } from './queue.ts'

test('the longest come first, the others in their order', async () => {
  const queue = createQueue(['a', 'b', 'c'], { long: { c: 9 }, shared: {} })
  expect([await queue.next(), await queue.next(), await queue.next()]).toEqual(['c', 'a', 'b'])
  expect(await queue.next()).toBeNull()
})

test('what needs the same thing waits for it, and something else goes before', async () => {
  const queue = createQueue(['a', 'b', 'c'], { long: {}, shared: { a: 'samba', b: 'samba' } })
  expect([await queue.next(), await queue.next()]).toEqual(['a', 'c'])
  const waits = queue.next()
  queue.done('c')
  queue.done('a')
  expect(await waits).toBe('b')
  expect(queue.left).toBe(0)
})
