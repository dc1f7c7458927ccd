import { WEEK_MINUTES } from './week-hours.ts'
import type { WeekSpan } from './week-hours.ts'

const MINUTE_MS = 60_000
const WEEK_MS = WEEK_MINUTES * MINUTE_MS
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * 86_400_000

/** Whether certain hours hold, and until when that stays so; both in milliseconds since the epoch. */
export interface ScheduleState {
  readonly isOpen: boolean
  readonly from: number
  readonly until: number
}

/** Hours by the clocks of a place. */
export interface Schedule {
  /** The same object until it changes. */
  at(now: number): ScheduleState
}

/**
 * `spans` as `joinSpans` gives them, and neither none nor the whole week. They are read off the clock on
 * the wall: an hour that is skipped in spring is not there, and one that comes twice in autumn counts twice.
 */
export function createSchedule(spans: readonly WeekSpan[], timezone: string): Schedule {
  const offsetAt = createOffsetAt(timezone)
  const edges = [...new Set(spans.flatMap(({ from, to }) => [from, to % WEEK_MINUTES]))]
    .map((minutes) => minutes * MINUTE_MS)
    .toSorted((a, b) => a - b)
  let known: ScheduleState = { isOpen: false, from: 0, until: 0 }

  function isOpenAt(now: number): boolean {
    const minute = intoWeek(now + offsetAt(now)) / MINUTE_MS
    return spans.some(({ from, to }) => from <= minute && minute < to)
  }

  /** The next moment at which the clock on the wall stands at an edge, or is put forward or back. */
  function nextTurn(now: number): number {
    const offset = offsetAt(now)
    const into = intoWeek(now + offset)
    const edge = edges.find((one) => one > into) ?? (edges[0] ?? 0) + WEEK_MS
    const turn = now + edge - into
    return offsetAt(turn) === offset ? turn : offsetEnd(now, turn, offset)
  }

  /** The clocks are changed once between the two: at which second. */
  function offsetEnd(from: number, to: number, offset: number): number {
    let [before, after] = [Math.floor(from / 1000), Math.ceil(to / 1000)]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (offsetAt(middle * 1000) === offset) before = middle
      else after = middle
    }
    return after * 1000
  }

  return {
    at(now) {
      if (known.from <= now && now < known.until) return known
      const isOpen = isOpenAt(now)
      let until = nextTurn(now)
      // At an edge between two spans that touch over the end of the week nothing changes.
      for (let turns = 0; isOpenAt(until) === isOpen && turns < 2 * edges.length + 4; turns += 1) {
        until = nextTurn(until)
      }
      known = { isOpen, from: now, until }
      return known
    },
  }
}

function intoWeek(local: number): number {
  return (((local - FIRST_MONDAY_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS
}

/** How far the clocks of a zone are ahead of UTC. */
function createOffsetAt(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  return (instant) => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
    for (const { type, value } of format.formatToParts(instant)) shown[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
  }
}
