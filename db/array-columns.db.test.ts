import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { ArrayColumn } from './array-columns.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }).map((any) => any.replaceAll('\0', '')),
  fc.constantFrom('', 'NULL', '"', '\\', '{a,b}', 'é"\\', 'x'.repeat(10_000), '\ud83e\udd63'),
)
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 99_999_999, 100_000_000, 1e15 - 1, 1e15, 1_764_000_000_000, 0.5, 1e300),
)

test('Postgres reads a column as it was put together', async () => {
  const { sql } = await openTestDatabase()
  const rows = fc.array(
    fc.record({
      text: fc.option(text),
      number: fc.option(number),
      big: fc.bigInt(-(2n ** 62n), 2n ** 62n),
    }),
    { minLength: 1, maxLength: 40 },
  )
  const read = async (
    given: readonly { text: string | null; number: number | null; big: bigint }[],
  ) => {
    const [texts, numbers, bigs] = [new ArrayColumn(), new ArrayColumn(), new ArrayColumn()]
    for (const row of given) {
      texts.addText(row.text)
      numbers.add(row.number)
      bigs.add(row.big)
    }
    return await sql<{ text: string | null; number: number | null; big: string }[]>`
      select text, number, big::text from unnest(
        ${texts.toString()}::text::text[], ${numbers.toString()}::text::float8[],
        ${bigs.toString()}::text::numeric[]) as p(text, number, big)`
  }
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const expected = given.map((row) => ({ ...row, big: String(row.big) }))
      expect([...(await read(given))]).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('a column without rows is an empty array', async () => {
  const { sql } = await openTestDatabase()
  const [row] = await sql`select cardinality(${new ArrayColumn().toString()}::text::text[]) as rows`
  expect(row).toEqual({ rows: 0 })
})
