import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bag, UnderWay } from './under-way.ts'

test('by a key, as a Map would have it', () => {
  const step = fc.tuple(
    fc.constantFrom('add', 'delete'),
    fc.constantFrom('a', '__proto__', '7', 7, ''),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const map = new Map<string, number>()
      const held = new UnderWay<number>()
      for (const [i, [what, key]] of steps.entries()) {
        if (what === 'delete') {
          map.delete(String(key))
          held.delete(key)
        } else if (!map.has(String(key))) {
          map.set(String(key), i)
          held.add(key, i)
        }
        expect(held.get(key)).toBe(map.get(String(key)))
        expect(held.size).toBe(map.size)
      }
      expect(new Set(held.takeAll())).toEqual(new Set(map.values()))
      expect(held.size).toBe(0)
    }),
  )
})

test('a bag gives each thing a number that is its own until it is taken out', () => {
  const bag = new Bag<string>()
  const [a, b] = [bag.add('a'), bag.add('b')]
  bag.remove(a)
  expect([...bag]).toEqual(['b'])
  const c = bag.add('c')
  expect(c).not.toBe(b)
  expect([...bag].toSorted()).toEqual(['b', 'c'])
  bag.remove(b)
  bag.remove(c)
  expect([...bag]).toEqual([])
})
