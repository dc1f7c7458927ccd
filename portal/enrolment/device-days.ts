import type { OwnDevice } from '#db/device-enrolment.ts'
import { servingGeneration } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import type { StaffLanguage } from '../text/staff-language.ts'
import type { Clockwork } from '../text/when.ts'

const DAY_MS = 86_400_000
/** Whoever comes to the page within a month before the end is told. */
const RENEW_DAYS = 30
const ROOT_DAYS = 90

/** Of a person's own things, which are of no place: by the organisation's clock. */
export function day(at: Date, { language, zone }: Clockwork): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: zone }).format(at)
}

/** Of a day as it is kept, `2026-12-31`: it is that day by every clock. */
export function keptDay(kept: string, language: StaffLanguage): string {
  return day(new Date(`${kept}T00:00:00Z`), { language, zone: 'UTC' })
}

export function counts({ revokedAt, endsAt }: OwnDevice, now: number): boolean {
  return revokedAt === null && endsAt.getTime() > now
}

/** Until when its owner should renew it, if that is near; null: nothing to do. */
export function renewalOf(
  device: OwnDevice,
  generations: readonly Generation[],
  now: number,
): { readonly why: 'end' | 'root'; readonly before: Date } | null {
  if (!counts(device, now)) return null
  const isNear = (at: Date, days: number): boolean => at.getTime() - now < days * DAY_MS
  if (isNear(device.endsAt, RENEW_DAYS)) return { why: 'end', before: device.endsAt }
  // The server will show a certificate under a root that this device was never given.
  const serving = servingGeneration(generations, now)?.generation ?? 0
  const next = generations.find(
    ({ generation }) => generation > Math.max(device.generation, serving - 1),
  )
  if (next === undefined || next.generation <= device.generation) return null
  const before = next.serverFrom
  const isBeforeEnd = before.getTime() < device.endsAt.getTime()
  return isBeforeEnd && isNear(before, ROOT_DAYS) ? { why: 'root', before } : null
}
