import { describe, expect, test } from 'vitest'
import { addPoint } from './runs.ts'
import type { Run } from './runs.ts'

function runsOf(...points: readonly (readonly [number, string])[]): readonly Run<string>[] {
  let runs: readonly Run<string>[] = []
  for (const point of points) runs = addPoint(runs, point, (a, b) => a === b)
  return runs
}

describe('a history of runs', () => {
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [1, 1, 3, 0, 2, 0],
  ]
  test.each(orders)('is the same in the order %s %s %s %s', (...order) => {
    const points = [
      [10, 'a'],
      [20, 'a'],
      [30, 'b'],
      [40, 'b'],
    ] as const
    const runs = runsOf(...order.flatMap((i) => [points[i] ?? points[0]]))
    expect(runs).toEqual([
      [
        [10, 'a'],
        [20, 'a'],
      ],
      [
        [30, 'b'],
        [40, 'b'],
      ],
    ])
  })

  test('is the same for points of one instant in any order, and for one that comes again', () => {
    const runs = runsOf([10, 'a'], [10, 'b'], [10, 'b'])
    expect(runs).toEqual(runsOf([10, 'b'], [10, 'b'], [10, 'a']))
    expect(runs.map(([[, value]]) => value)).toEqual(['a', 'b'])
  })

  test('is divided by a late point inside a run', () => {
    expect(runsOf([10, 'a'], [30, 'a'], [20, 'b']).map(([[at, value]]) => [at, value])).toEqual([
      [10, 'a'],
      [20, 'b'],
      [30, 'a'],
    ])
  })
})
