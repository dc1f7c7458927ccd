import { describe, expect, test } from 'vitest'
import { readInstant, writeInstant } from './instant.ts'

function instant(text: string): string {
  const read = readInstant(text)
  return read.ok ? read.at.toISOString() : read.reason
}

describe('an instant', () => {
  test('is read with its offset, or with the name of its zone', () => {
    const noon = '2026-11-23T13:05:00.000Z'
    expect(instant('2026-11-23T13:05Z')).toBe(noon)
    expect(instant('2026-11-23 14:05:00+01:00')).toBe(noon)
    expect(instant('2026-11-23 14:05 Europe/Paris')).toBe(noon)
    expect(instant('2026-07-14 14:05 Europe/Paris')).toBe('2026-07-14T12:05:00.000Z')
    expect(instant('2026-11-23T09:05 America/Martinique')).toBe(noon)
    expect(instant('2026-11-23T13:05 UTC')).toBe(noon)
    expect(instant('2026-11-23T13:05:00.000250+00:00')).toBe(noon)
  })

  test('without a zone is refused', () => {
    expect(instant('2026-11-23T14:05')).toMatch(/has no zone/)
  })

  test('in the hour that comes twice in October names both', () => {
    expect(instant('2026-10-25 02:30 Europe/Paris')).toBe(
      'happened twice in Europe/Paris, the clocks were put back: it is 2026-10-25T00:30:00.000Z and 2026-10-25T01:30:00.000Z; say which',
    )
    expect(instant('2026-10-25 01:59 Europe/Paris')).toBe('2026-10-24T23:59:00.000Z')
    expect(instant('2026-10-25 03:00 Europe/Paris')).toBe('2026-10-25T02:00:00.000Z')
  })

  test('in the hour that is left out in March is refused', () => {
    expect(instant('2026-03-29 02:30 Europe/Paris')).toMatch(/^does not exist in Europe\/Paris/)
    expect(instant('2026-03-29 03:00 Europe/Paris')).toBe('2026-03-29T01:00:00.000Z')
  })

  test('that is none says why', () => {
    expect(instant('yesterday')).toMatch(/^is not an instant such as/)
    expect(instant('2026-13-40T25:00Z')).toBe('is not a day and time of the calendar')
    expect(instant('2026-11-23 14:05 Europe/Atlantis')).toBe('names no zone: "Europe/Atlantis"')
  })

  test('is written as the clock of the place showed it, with the offset and the season', () => {
    expect(writeInstant(new Date('2026-11-23T04:22:23Z'), 'Europe/Paris')).toBe(
      '2026-11-23 05:22:23 UTC+01:00 winter time',
    )
    expect(writeInstant(new Date('2026-07-14T04:22:23Z'), 'Europe/Paris')).toBe(
      '2026-07-14 06:22:23 UTC+02:00 summer time',
    )
    expect(writeInstant(new Date('2026-07-14T04:22:23Z'), 'UTC')).toBe(
      '2026-07-14 04:22:23 UTC+00:00',
    )
    expect(writeInstant(new Date('2026-07-14T04:22:23Z'), 'America/Martinique')).toBe(
      '2026-07-14 00:22:23 UTC-04:00',
    )
    const words = { summer: 'été', winter: 'hiver' }
    const both = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((text) =>
      writeInstant(new Date(text), 'Europe/Paris', words),
    )
    expect(both).toEqual([
      '2026-10-25 02:30:00 UTC+02:00 été',
      '2026-10-25 02:30:00 UTC+01:00 hiver',
    ])
    expect(writeInstant(new Date('2026-01-14T04:22:23Z'), 'Pacific/Auckland')).toBe(
      '2026-01-14 17:22:23 UTC+13:00 summer time',
    )
  })
})
