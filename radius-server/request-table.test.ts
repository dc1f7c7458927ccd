import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestTable } from './request-table.ts'
import { sourceOf } from './testing/source.ts'

const LIMIT = 6

type Key = readonly [host: number, port: number, code: number, identifier: number]
const anyKey: fc.Arbitrary<Key> = fc.tuple(
  fc.nat(2),
  fc.constantFrom(0, 1, 65_535),
  fc.constantFrom(1, 4),
  fc.constantFrom(0, 1, 255),
)
const anyStep = fc.record({ what: fc.constantFrom('use', 'use', 'use', 'remove'), key: anyKey })

/** A new object each time, as after the address book has forgotten it. */
function ask(
  table: RequestTable,
  [host, port, code, identifier]: Key,
  way: 'find' | 'add',
): number {
  return table[way](sourceOf(`192.0.2.${host}`, port).address, port, code, identifier)
}

test('finds what a Map in the order of use would hold, for any use', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
      const table = new RequestTable(LIMIT)
      const model = new Map<string, number>()
      for (const { what, key } of steps) {
        const at = ask(table, key, 'find')
        expect(at).toBe(model.get(String(key)) ?? -1)
        model.delete(String(key))
        if (what === 'remove' && at >= 0) table.remove(at)
        if (what === 'remove') continue
        if (at >= 0) {
          table.renew(at)
          model.set(String(key), at)
          continue
        }
        const [oldest] = model.keys()
        const forgotten = oldest === undefined ? undefined : model.get(oldest)
        const isFull = model.size === LIMIT
        const added = ask(table, key, 'add')
        if (isFull) {
          expect(added).toBe(forgotten)
          model.delete(oldest ?? '')
        }
        expect([...model.values()]).not.toContain(added)
        expect(added).toBeLessThan(LIMIT)
        model.set(String(key), added)
        expect(table.size).toBe(model.size)
      }
    }),
    { numRuns: 2000 },
  )
})
