/** What a person wrote for an instant, read: or the sentence that says why it is not one instant. */
export type ReadInstant =
  | { readonly ok: true; readonly at: Date }
  | { readonly ok: false; readonly fault: InstantFault; readonly reason: string }

/** For who tells it in a language of their own. */
export type InstantFault =
  | 'unreadable'
  | 'no-zone'
  | 'no-day'
  | 'unknown-zone'
  | 'skipped'
  | 'twice'

const WRITTEN =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2}|[A-Za-z_]+(?:\/[A-Za-z_+-]+)*)?$/

const INSTANT_EXAMPLE =
  '2026-11-23T14:05:00+01:00, 2026-11-23T13:05:00Z or "2026-11-23 14:05 Europe/Paris"'

/**
 * Reads an instant with its zone: an offset, Z, or the name of a zone. A local time that a change of
 * clocks gives twice, or not at all, is refused with the instants that could be meant.
 */
export function readInstant(text: string): ReadInstant {
  const match = WRITTEN.exec(text.trim())
  const [, day = '', time = '', zone] = match ?? []
  if (match === null) {
    return {
      ok: false,
      fault: 'unreadable',
      reason: `is not an instant such as ${INSTANT_EXAMPLE}`,
    }
  }
  if (zone === undefined) {
    return {
      ok: false,
      fault: 'no-zone',
      reason: `has no zone: in winter and summer it means two instants; write ${INSTANT_EXAMPLE}`,
    }
  }
  if (zone === 'Z' || /^[+-]/.test(zone)) {
    const at = new Date(`${day}T${time}${zone}`)
    return Number.isNaN(at.getTime()) ? NO_DAY : { ok: true, at }
  }
  return inZone(`${day}T${time}`, zone)
}

const NO_DAY = {
  ok: false,
  fault: 'no-day',
  reason: 'is not a day and time of the calendar',
} as const

function inZone(local: string, zone: string): ReadInstant {
  const asUtc = new Date(`${local}Z`).getTime()
  if (Number.isNaN(asUtc)) return NO_DAY
  const offsets = offsetsAround(asUtc, zone)
  if (offsets === null) {
    return { ok: false, fault: 'unknown-zone', reason: `names no zone: "${zone}"` }
  }
  const instants = offsets
    .map((offset) => asUtc - offset)
    .filter((at) => offsetAt(at, zone) === asUtc - at)
  const [only, other] = instants
  if (only === undefined) {
    const reason = `does not exist in ${zone}: the clocks were put forward over it`
    return { ok: false, fault: 'skipped', reason }
  }
  if (other !== undefined) {
    const both = instants.map((at) => new Date(at).toISOString()).join(' and ')
    return {
      ok: false,
      fault: 'twice',
      reason: `happened twice in ${zone}, the clocks were put back: it is ${both}; say which`,
    }
  }
  return { ok: true, at: new Date(only) }
}

const DAY_MS = 86_400_000

/** The offsets, in milliseconds, that the zone has the day before and the day after. */
function offsetsAround(at: number, zone: string): readonly number[] | null {
  try {
    return [...new Set([offsetAt(at - DAY_MS, zone), offsetAt(at + DAY_MS, zone)])]
  } catch {
    return null // Intl knows no such zone
  }
}

function offsetAt(at: number, zone: string): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value
  const match = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name ?? '')
  if (match === null) return 0
  const [, sign, hours, minutes, seconds = '0'] = match
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}

interface SeasonWords {
  readonly summer: string
  readonly winter: string
}

const ENGLISH: SeasonWords = { summer: 'summer time', winter: 'winter time' }

/**
 * `2026-11-23 05:22:23 UTC+01:00 winter time`: the wall clock of the place, its offset and whether
 * summer time held said out loud. Of a zone that does not change its clocks no season is said.
 */
export function writeInstant(at: Date, timeZone: string, words: SeasonWords = ENGLISH): string {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const minutes = offsetAt(at.getTime(), timeZone) / 60_000
  const size = Math.abs(minutes)
  const offset = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
  const season = seasonAt(at, timeZone)
  const said = season === null ? '' : ` ${words[season]}`
  return `${wall.format(at)} UTC${minutes < 0 ? '-' : '+'}${offset}${said}`
}

/** Null where the clocks are the same in January and July of that year. */
function seasonAt(at: Date, zone: string): keyof SeasonWords | null {
  const year = at.getUTCFullYear()
  const offsets = [Date.UTC(year, 0, 10), Date.UTC(year, 6, 10)].map((day) => offsetAt(day, zone))
  const [lowest, highest] = [Math.min(...offsets), Math.max(...offsets)]
  if (lowest === highest) return null
  return offsetAt(at.getTime(), zone) === highest ? 'summer' : 'winter'
}
