import type postgres from 'postgres'
import { weekOfCategories } from '#db/admin/week-of-categories.ts'
import type { CountedCategory, CountedScope } from '#db/admin/week-of-categories.ts'
import { builtInReference } from '#db/filter-references.ts'
import type { FilterVerdict } from '../../filter/verdict.ts'

/** What the last week was of the categories of a name; of the name itself nothing is kept. */
export interface LastWeek {
  /** Questions of the last week there, whatever their names. */
  readonly all: number
  readonly categories: readonly Pick<CountedCategory, 'category' | 'week' | 'passed'>[]
}

/** By which a name is blocked, or might be; null: the filter does not tell. */
export function categoriesOf(verdict: FilterVerdict): readonly string[] | null {
  if (verdict.outcome === 'unknown') return null
  if (verdict.outcome === 'free') return verdict.listed
  const { category, reference } = verdict
  // Counted under its own name, which no page says.
  if (reference === builtInReference('bypass')) return ['bypass']
  return category === null ? null : [category]
}

export async function lastWeekOf(
  sql: postgres.TransactionSql,
  categories: readonly string[],
  scope: CountedScope,
): Promise<LastWeek> {
  const { all, categories: counted } = await weekOfCategories(sql, scope)
  return {
    all,
    categories: categories.map((category) => {
      const found = counted.find((one) => one.category === category)
      return { category, week: found?.week ?? 0, passed: found?.passed ?? null }
    }),
  }
}
