import { expect, test } from 'vitest'
import { DEPARTMENTS } from './departments.ts'
import { departmentOf, franceMap } from './france.ts'

const options = { placesOf: (code: string) => `/p/${code}`, label: (name: string) => name }
const state = (code: string, sites: number, silent: number) => ({
  ...{ code, name: code, sites, silent, connected: 0 },
})

test('an association is of the department that its code begins with', () => {
  const codes = ['75', '75B', '2a', '2B-sud', '971', '976', 'nord', '99', '975', '20']
  expect(codes.map(departmentOf)).toEqual([
    ...['75', '75', '2A', '2B', '971', '976', null, null, null, null],
  ])
})

test('the map has all 101 departments and is small', async () => {
  expect(DEPARTMENTS).toHaveLength(101)
  const map = String(await franceMap([], options))
  expect(map.length).toBeLessThan(40_000)
  // Paris and its neighbours twice.
  expect(map.match(/<path/g)).toHaveLength(105)
})

test('two associations of one department are one, and a third of silence is bad', async () => {
  const map = String(
    await franceMap([state('59', 4, 0), state('59N', 2, 2), state('13', 9, 1)], options),
  )
  expect(map).toContain('<a href="/p/59"')
  expect(map).toMatch(/href="\/p\/59".*?class="bad"/s)
  expect(map).toMatch(/href="\/p\/13".*?class="some"/s)
  expect(map).not.toContain('href="/p/75"')
})
