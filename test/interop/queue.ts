export interface Queue {
  readonly left: number
  /** The next one that may begin, when there is one; null: there is none left. */
  next(): Promise<string | null>
  done(name: string): void
}

/**
 * The longest first, and none beside another that needs what only one can have.
 */
export function createQueue(
  names: readonly string[],
  o: {
    readonly long: Readonly<Record<string, number>>
    readonly shared: Readonly<Record<string, string>>
  },
): Queue {
  const waiting = names.toSorted((a, b) => (o.long[b] ?? 0) - (o.long[a] ?? 0))
  const taken = new Set<string>()
  let wake = Promise.withResolvers<void>()

  function mayBegin(name: string): boolean {
    const needs = o.shared[name]
    return needs === undefined || !taken.has(needs)
  }

  return {
    get left() {
      return waiting.length
    },
    async next() {
      for (;;) {
        const at = waiting.findIndex(mayBegin)
        if (at >= 0) {
          const [name = ''] = waiting.splice(at, 1)
          const needs = o.shared[name]
          if (needs !== undefined) taken.add(needs)
          return name
        }
        if (waiting.length === 0) return null
        await wake.promise
      }
    },
    done(name) {
      const needs = o.shared[name]
      if (needs !== undefined) taken.delete(needs)
      wake.resolve()
      wake = Promise.withResolvers()
    },
  }
}
