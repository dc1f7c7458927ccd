/** One line of the difference that an administrator reads before and after. */
export interface Change {
  readonly sign: '+' | '~' | '-'
  /** `site 75-0042` */
  readonly subject: string
  /** `name "Centre Nation" → "Centre République"`; never a secret. */
  readonly details: readonly string[]
  /** Without what is hidden; null: it was not there. */
  readonly before: Row | null
  /** Null: it is not there any more. */
  readonly after: Row | null
}

type Value = string | number | boolean | null | readonly string[]
export type Row = Readonly<Record<string, Value>>

/** One kind of thing, as it is in the database and as it is declared, by key. */
export interface Shelf<R extends Row> {
  readonly what: string
  readonly present: ReadonlyMap<string, R>
  readonly desired: ReadonlyMap<string, R>
  /** False: what is not declared stays. */
  readonly complete: boolean
  /** Columns that are shown as "changed" without their value. */
  readonly hidden?: readonly string[]
}

export interface ShelfPlan<R extends Row> {
  readonly insert: readonly R[]
  readonly update: readonly R[]
  readonly remove: readonly R[]
  readonly changes: readonly Change[]
}

/** What must happen for `present` to be as `desired`. */
export function planShelf<R extends Row>(shelf: Shelf<R>): ShelfPlan<R> {
  const plan = { insert: [] as R[], update: [] as R[], remove: [] as R[], changes: [] as Change[] }
  const open = (row: R | undefined): Row | null =>
    row === undefined
      ? null
      : Object.fromEntries(
          Object.entries(row).filter(([column]) => shelf.hidden?.includes(column) !== true),
        )
  const note = (sign: Change['sign'], key: string, details: readonly string[]): void => {
    const before = open(sign === '+' ? undefined : shelf.present.get(key))
    const after = open(sign === '-' ? undefined : shelf.desired.get(key))
    plan.changes.push({ sign, subject: `${shelf.what} ${key}`.trim(), details, before, after })
  }
  for (const [key, row] of shelf.desired) {
    const known = shelf.present.get(key)
    if (known === undefined) {
      plan.insert.push(row)
      note('+', key, [])
      continue
    }
    const details = Object.keys(row)
      .filter((column) => !same(known[column], row[column]))
      .map((column) =>
        shelf.hidden?.includes(column) === true
          ? `${column} changed`
          : `${column} ${shown(known[column])} → ${shown(row[column])}`,
      )
    if (details.length === 0) continue
    plan.update.push(row)
    note('~', key, details)
  }
  for (const [key, row] of shelf.complete ? shelf.present : []) {
    if (shelf.desired.has(key)) continue
    plan.remove.push(row)
    note('-', key, [])
  }
  return plan
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

function shown(value: Value | undefined): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'object') return `[${value.join(', ')}]`
  return typeof value === 'string' ? `"${value}"` : String(value)
}

/** The line as a terminal shows it. */
export function formatChange(change: Change): string {
  const details = change.details.length === 0 ? '' : `: ${change.details.join(', ')}`
  return `${change.sign} ${change.subject}${details}`
}
