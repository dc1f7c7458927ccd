import { UsageError } from './run.ts'

/** A day of the calendar such as 2026-11-23; `what` begins the sentence when it is none. */
export function requireDay(given: string | undefined, what: string): string {
  const day = given?.trim() ?? ''
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN
  // 30 February would quietly become 1 March.
  if (!Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day) return day
  throw new UsageError(`${what} "${day}" is not a day such as 2026-11-23`)
}
