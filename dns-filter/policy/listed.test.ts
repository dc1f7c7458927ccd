import { expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import { head } from '../testing/filter.ts'
import { ListedCategories, UNLISTED } from './listed.ts'

const lists = ['games', 'adult', 'games', 'news'].map((category, i) => head(`l${i}`, [], category))
const categories = new ListedCategories({ lists, sets: [[], [0, 2], [1, 2], [3], []] })

test('a set of lists is its categories, each once', () => {
  expect([0, 1, 2, 3, 4, 99].map((set) => categories.withSet(UNLISTED, set))).toEqual([
    ...[[], ['games'], ['adult', 'games'], ['news']],
    ...[[], []],
  ])
})

test('what was put together once is the same object ever after', () => {
  const together = (): readonly string[] =>
    categories.withSet(categories.withSet(categories.withSet(UNLISTED, 1), 2), 3)
  expect(together()).toEqual(['games', 'adult', 'news'])
  expect(together()).toBe(together())
  expect(categories.withList(categories.withSet(UNLISTED, 1), 2)).toBe(
    categories.withSet(UNLISTED, 1),
  )
})

test('so many pairs are kept, then they are made anew and still right', () => {
  const many = Array.from({ length: 120 }, (_, i) => head(`m${i}`, [], `c${i}`))
  const full = new ListedCategories({ lists: many, sets: many.map((_, i) => [i]) })
  const one = full.both(full.withSet(UNLISTED, 0), full.withSet(UNLISTED, 1))
  expect(120 * 119).toBeGreaterThan(LIMITS.listedTogether)
  for (let a = 0; a < 120; a++) {
    for (let b = 0; b < 120; b++) {
      const both = full.both(full.withSet(UNLISTED, a), full.withSet(UNLISTED, b))
      expect(both).toEqual(a === b ? [`c${a}`] : [`c${a}`, `c${b}`])
    }
  }
  const again = full.both(full.withSet(UNLISTED, 0), full.withSet(UNLISTED, 1))
  expect(again).not.toBe(one)
  expect(again).toEqual(one)
})
