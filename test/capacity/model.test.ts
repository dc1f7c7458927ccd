import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEMAND } from './demand.ts'
import { capacityOf } from './model.ts'
import { readCosts } from './reference.ts'
import { tablesOf } from './table.ts'
import { readFileSync } from 'node:fs'

const costs = readCosts(join(import.meta.dirname, 'reference.json'))

test('twice the places need twice the cores and the disk, and the walls stand where they stood', () => {
  const one = capacityOf(1_000, costs, DEMAND)
  const two = capacityOf(2_000, costs, DEMAND)
  expect(two.postgres.yearGB).toBeCloseTo(one.postgres.yearGB * 2)
  expect(two.postgres.cores).toBeCloseTo(one.postgres.cores * 2)
  expect(two.roles.map(({ cores }) => cores)).toEqual(
    one.roles.map(({ cores }) => expect.closeTo(cores * 2)),
  )
  for (const [i, wall] of one.walls.entries()) {
    expect(Math.abs((two.walls[i]?.places ?? 0) - wall.places)).toBeLessThanOrEqual(1)
  }
})

test('what costs more is more', () => {
  const dear = {
    ...costs,
    accountingPacket: costs.accountingPacket * 10,
    bytesPerRow: costs.bytesPerRow * 10,
  }
  const at = (given: typeof costs) => capacityOf(20_000, given, DEMAND)
  expect(at(dear).postgres.cores).toBeGreaterThan(at(costs).postgres.cores * 5)
  expect(at(dear).postgres.yearGB).toBeCloseTo(at(costs).postgres.yearGB * 10)
  expect(at(dear).walls[0]?.places).toBeLessThan(at(costs).walls[0]?.places ?? 0)
})

test('there are two of each role at least, so that one may go', () => {
  for (const { copies } of capacityOf(1, costs, DEMAND).roles)
    expect(copies).toBeGreaterThanOrEqual(2)
})

test('the tables of docs/capacity.md are what the model says', () => {
  const doc = readFileSync(join(import.meta.dirname, '../../docs/capacity.md'), 'utf8')
  for (const table of tablesOf(costs))
    expect(doc.replaceAll(/ +|-{3,}/g, ' ')).toContain(table.replaceAll(/ +|-{3,}/g, ' '))
})
