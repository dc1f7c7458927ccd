/** What was seen, and when (ms since the epoch). */
export type Point<T> = readonly [at: number, value: T]
/** A stretch of time that needs no more than its two ends: the first point and the last. */
export type Run<T> = readonly [first: Point<T>, last: Point<T>]

/**
 * Adds a point to a history of runs, oldest first, wherever it belongs in time. Two neighbours share a
 * run if `joins` says so. The same points give the same runs in any order, as long as what is inside a
 * run lies between its ends.
 */
export function addPoint<T extends string | number>(
  runs: readonly Run<T>[],
  point: Point<T>,
  joins: (before: T, after: T) => boolean,
): readonly Run<T>[] {
  const last = runs.at(-1)
  if (last === undefined) return [[point, point]]
  const order = inTime(last[1], point)
  if (order === 0) return runs
  if (order < 0) {
    return joins(last[1][1], point[1])
      ? [...runs.slice(0, -1), [last[0], point]]
      : [...runs, [point, point]]
  }
  const points = [...runs.flat(), point].toSorted(inTime)
  const compressed: Run<T>[] = []
  for (const next of points) {
    const run = compressed.at(-1)
    if (run !== undefined && joins(run[1][1], next[1])) {
      compressed[compressed.length - 1] = [run[0], next]
    } else compressed.push([next, next])
  }
  return compressed
}

function inTime<T extends string | number>(a: Point<T>, b: Point<T>): number {
  if (a[0] !== b[0]) return a[0] - b[0]
  if (a[1] === b[1]) return 0
  return a[1] < b[1] ? -1 : 1
}
