import type { Database } from '../connection.ts'
import type { Change, Row } from './difference.ts'

/** Where a change holds; null: everywhere. */
interface Scope {
  readonly association: string | null
  readonly site: string | null
  readonly network: string | null
}

/** One that blocks a category there, or does no longer. */
interface Turn {
  readonly blocks: boolean
  readonly category: string
  readonly scope: Scope
}

interface Counted extends Scope {
  readonly category: string
  readonly blocked: number
  readonly passed: number
}

/**
 * What the changes of a dry run would have done last week: how many questions were let through, or blocked, where
 * they block a category or no longer do. Of which names, nobody knows.
 */
export async function lastWeekOfChanges(
  { sql }: Pick<Database, 'sql'>,
  changes: readonly Change[],
): Promise<ReadonlyMap<Change, readonly string[]>> {
  const lists = await sql<{ name: string; category: string }[]>`
    select name, category from house.list`
  const categories = new Map(lists.map(({ name, category }) => [name, category]))
  for (const { subject, after } of changes) {
    if (subject.startsWith('list '))
      categories.set(text(after, 'name') ?? '', text(after, 'category') ?? '')
  }
  const turns = new Map(changes.map((change) => [change, turnsOf(change, categories)]))
  const asked = [...new Set([...turns.values()].flat().map(({ category }) => category))]
  if (asked.length === 0) return new Map()
  // A house that is only set up would read as many lines of nought.
  const [week] = await sql`
    select from house.filter_count where hour > now() - interval '7 days' limit 1`
  if (week === undefined) return new Map()
  // Once for all places: a file that changes each of 2,333 must not read the week as often.
  const counted = await sql<Counted[]>`
    select s.association, c.site, c.network, c.category,
           sum(c.queries)::float8 as blocked, sum(c.passed)::float8 as passed
    from house.filter_count c left join house.site s on s.code = c.site
    where c.hour > now() - interval '7 days' and c.category = any(${asked})
    group by s.association, c.site, c.network, c.category`
  const byCategory = Map.groupBy(counted, ({ category }) => category)
  const known = new Set(lists.map(({ category }) => category))
  const told = Array.from(turns, ([change, some]) => {
    const lines = some.map((turn) => lineOf(turn, byCategory.get(turn.category) ?? [], known))
    return [change, lines] as const
  })
  return new Map(told.filter(([, lines]) => lines.length > 0))
}

function lineOf(
  { blocks, category, scope }: Turn,
  counted: readonly Counted[],
  known: ReadonlySet<string>,
): string {
  const there = counted.filter((row) =>
    (['association', 'site', 'network'] as const).every(
      (level) => scope[level] === null || scope[level] === row[level],
    ),
  )
  const sum = (of: 'blocked' | 'passed'): string =>
    there.reduce((total, row) => total + row[of], 0).toLocaleString('en')
  const on = scope.network === null ? '' : ` on ${scope.network}`
  if (!blocks) return `last week: ${sum('blocked')} questions of ${category} blocked there${on}`
  return known.has(category)
    ? `last week: ${sum('passed')} questions of ${category} let through there${on}`
    : `last week: no list of ${category}, so that nobody knows how many were let through`
}

function turnsOf(change: Change, categories: ReadonlyMap<string, string>): readonly Turn[] {
  if (change.subject.startsWith('list ')) return turnsOfList(change)
  return change.subject.startsWith('filter ') ? turnsOfFilter(change, categories) : []
}

function turnsOfList({ before, after }: Change): readonly Turn[] {
  const [was, is] = [texts(before, 'blocks'), texts(after, 'blocks')]
  const turn = (blocks: boolean, row: Row | null, network: string): Turn => ({
    ...{ blocks, category: text(row, 'category') ?? '' },
    scope: { association: null, site: null, network },
  })
  return [
    ...is.filter((network) => !was.includes(network)).map((one) => turn(true, after, one)),
    ...was.filter((network) => !is.includes(network)).map((one) => turn(false, before, one)),
  ]
}

function turnsOfFilter(
  { before, after }: Change,
  categories: ReadonlyMap<string, string>,
): readonly Turn[] {
  const row = after ?? before
  const scope = {
    association: text(row, 'association'),
    site: text(row, 'site'),
    network: text(row, 'network'),
  }
  const saying = (of: Row | null, ...columns: readonly string[]): readonly string[] =>
    columns.flatMap((column) => texts(of, column))
  const added = (...columns: readonly string[]): readonly string[] =>
    saying(after, ...columns).filter((one) => !saying(before, ...columns).includes(one))
  const taken = (...columns: readonly string[]): readonly string[] =>
    saying(before, ...columns).filter((one) => !saying(after, ...columns).includes(one))
  const categoryOf = (subject: string): string => {
    const [kind = '', name] = subject.split(/:(.*)/)
    return kind === 'list' ? (categories.get(name ?? '') ?? '') : (name ?? kind)
  }
  const turns = (blocks: boolean, subjects: readonly string[]): readonly Turn[] =>
    [...new Set(subjects.map(categoryOf))].map((category) => ({ blocks, category, scope }))
  return [
    ...turns(true, [...added('block', 'imposed'), ...taken('allow', 'trust')]),
    ...turns(false, [...taken('block', 'imposed'), ...added('allow', 'trust')]),
  ]
}

function text(row: Row | null, column: string): string | null {
  const value = row?.[column]
  return typeof value === 'string' ? value : null
}

function texts(row: Row | null, column: string): readonly string[] {
  const value = row?.[column]
  return Array.isArray(value) ? value.map(String) : []
}
