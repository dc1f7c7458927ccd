/** A part of the week, in minutes from Monday 00:00; `to` is not in it. */
export interface WeekSpan {
  readonly from: number
  readonly to: number
}

const DAY_MINUTES = 1440
export const WEEK_MINUTES = 7 * DAY_MINUTES
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/**
 * Reads hours as people write them: `mon-fri 08:00-20:00`, `sat,sun`, `22:00-06:00`. A time that ends
 * before it begins goes over midnight, and belongs to the day on which it begins. Null if it is none.
 */
export function parseWeekHours(text: string): readonly WeekSpan[] | null {
  const words = text.trim().toLowerCase().split(/\s+/)
  const [first = '', second] = words
  if (words.length > 2) return null
  const isTimeAlone = second === undefined && first.includes(':')
  const days = isTimeAlone ? DAYS.map((_, day) => day) : parseDays(first)
  const time = isTimeAlone ? parseTime(first) : second === undefined ? WHOLE_DAY : parseTime(second)
  if (days === null || time === null) return null
  return joinSpans(
    days.flatMap((day) => {
      const from = day * DAY_MINUTES + time.from
      const to = day * DAY_MINUTES + time.to + (time.to > time.from ? 0 : DAY_MINUTES)
      if (to <= WEEK_MINUTES) return [{ from, to }]
      return [
        { from, to: WEEK_MINUTES },
        { from: 0, to: to - WEEK_MINUTES },
      ]
    }),
  )
}

const WHOLE_DAY: WeekSpan = { from: 0, to: DAY_MINUTES }

function parseDays(text: string): readonly number[] | null {
  const days: number[] = []
  for (const part of text.split(',')) {
    const [from, to, ...more] = part.split('-').map((name) => DAYS.findIndex((day) => day === name))
    const last = to ?? from
    if (from === undefined || last === undefined || more.length > 0) return null
    if (from < 0 || last < 0) return null
    // `fri-mon` goes over the end of the week.
    for (let day = from; ; day = (day + 1) % DAYS.length) {
      days.push(day)
      if (day === last) break
    }
  }
  return days
}

function parseTime(text: string): WeekSpan | null {
  const found = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text)
  if (found === null) return null
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number)
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute]
  const isTime = fromHour <= 23 && fromMinute <= 59 && toMinute <= 59 && to <= DAY_MINUTES
  return isTime && from !== to ? { from, to } : null
}

/** In order, and those that touch as one. */
export function joinSpans(spans: readonly WeekSpan[]): readonly WeekSpan[] {
  const joined: WeekSpan[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || span.from > last.to) joined.push(span)
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
  }
  return joined
}

/** Whether no minute of `part` is outside of `whole`; both as `joinSpans` gives them. */
export function coversSpans(whole: readonly WeekSpan[], part: readonly WeekSpan[]): boolean {
  return part.every(({ from, to }) => whole.some((span) => span.from <= from && to <= span.to))
}
