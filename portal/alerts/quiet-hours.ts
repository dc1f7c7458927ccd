import { createSchedule } from '#core/schedule.ts'
import { joinSpans, parseWeekHours } from '#core/week-hours.ts'
import type { AlertChannel } from '#db/alert-channels.ts'

/** Until when the channel is not to be disturbed, in milliseconds since the epoch; null: now is well. */
export function quietUntil(
  { quietHours, timezone }: Pick<AlertChannel, 'quietHours' | 'timezone'>,
  now: number,
): number | null {
  const spans = joinSpans(quietHours.flatMap((line) => parseWeekHours(line) ?? []))
  if (spans.length === 0) return null
  const { isOpen, until } = createSchedule(spans, timezone).at(now)
  return isOpen ? until : null
}
