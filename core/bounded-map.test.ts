import { expect, test } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

test('what was not used makes room, and is counted', () => {
  const gone: string[] = []
  const map = new BoundedMap<string, number>({ limit: 2, onEvict: (key) => gone.push(key) })
  map.set('a', 1)
  map.set('b', 2)
  map.get('a')
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
  expect([gone, map.evicted, map.size]).toEqual([['b'], 1, 2])
})

test('an entry past its time is gone, and its end is no eviction', () => {
  let now = 0
  const map = new BoundedMap<string, number>({ limit: 1, ttlMs: 10, clock: () => now })
  map.set('a', 1)
  now = 9
  expect(map.get('a')).toBe(1)
  now = 10
  expect(map.get('a')).toBeUndefined()
  map.set('b', 2)
  now = 30
  map.set('c', 3)
  expect(map.evicted).toBe(0)
})

test('setting a key again does not drop another', () => {
  const map = new BoundedMap<string, number>({ limit: 2 })
  map.set('a', 1)
  map.set('b', 2)
  map.set('b', 3)
  expect([...map.entries()]).toEqual([
    ['a', 1],
    ['b', 3],
  ])
})

test('where all is in use the oldest makes room, however many there are', () => {
  const gone: number[] = []
  const map = new BoundedMap<number, number>({ limit: 1000, onEvict: (key) => gone.push(key) })
  for (let i = 0; i < 1000; i += 1) map.set(i, i)
  for (let i = 0; i < 1000; i += 1) map.get(i)
  map.set(1000, 1000)
  // Those before it had their second chance.
  expect(gone).toEqual([32])
  map.set(1001, 1001)
  expect([gone.length, map.size]).toEqual([2, 1000])
})
