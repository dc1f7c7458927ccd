import type { StaffLanguage } from '../text/staff-language.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** `il y a 5 minutes`; of what is younger than a day. */
export function ago(at: Date, now: number, language: StaffLanguage): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const ms = Math.max(now - at.getTime(), 0)
  if (ms < MINUTE_MS) return format.format(0, 'second')
  if (ms < HOUR_MS) return format.format(-Math.floor(ms / MINUTE_MS), 'minute')
  return format.format(-Math.floor(ms / HOUR_MS), 'hour')
}
