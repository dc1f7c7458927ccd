const NONE: readonly never[] = Object.freeze([])

/**
 * The same values in a list that takes no more memory than they need, to be kept for long: one that grew has
 * room for sixteen more, and thousands of places have the same empty ones.
 */
export function trimmed<T>(values: readonly T[]): readonly T[] {
  return values.length === 0 ? NONE : values.slice()
}
