import { describe, expect, test } from 'vitest'
import { createSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { joinSpans, parseWeekHours } from './week-hours.ts'

function schedule(hours: string, timezone = 'Europe/Paris'): Schedule {
  return createSchedule(joinSpans(parseWeekHours(hours) ?? []), timezone)
}

function at(one: Schedule, now: string): readonly [boolean, string] {
  const { isOpen, until } = one.at(Date.parse(now))
  return [isOpen, new Date(until).toISOString()]
}

describe('hours by the clocks of a place', () => {
  test('hold from the first minute to the last, and tell when that ends', () => {
    const office = schedule('mon-fri 08:00-20:00')
    // 2026-11-24 is a Tuesday; Paris is an hour ahead.
    expect(at(office, '2026-11-24T06:59:59.999Z')).toEqual([false, '2026-11-24T07:00:00.000Z'])
    expect(at(office, '2026-11-24T07:00:00.000Z')).toEqual([true, '2026-11-24T19:00:00.000Z'])
    expect(at(office, '2026-11-24T18:59:59.999Z')).toEqual([true, '2026-11-24T19:00:00.000Z'])
    // Friday evening to Monday morning.
    expect(at(office, '2026-11-27T19:00:00.000Z')).toEqual([false, '2026-11-30T07:00:00.000Z'])
  })

  test('over midnight belong to the day on which they begin', () => {
    const night = schedule('fri 22:00-06:00')
    expect(at(night, '2026-11-27T04:00:00Z')).toEqual([false, '2026-11-27T21:00:00.000Z'])
    expect(at(night, '2026-11-28T02:00:00Z')).toEqual([true, '2026-11-28T05:00:00.000Z'])
  })

  test('over the end of the week go on', () => {
    expect(at(schedule('sun 22:00-06:00'), '2026-11-29T22:00:00Z')).toEqual([
      true,
      '2026-11-30T05:00:00.000Z',
    ])
  })

  test('of each place are by its own clocks', () => {
    const now = '2026-11-24T12:00:00Z'
    expect(at(schedule('08:00-20:00', 'Indian/Reunion'), now)).toEqual([
      true,
      '2026-11-24T16:00:00.000Z',
    ])
    expect(at(schedule('08:00-20:00', 'America/Cayenne'), now)).toEqual([
      true,
      '2026-11-24T23:00:00.000Z',
    ])
  })

  test('in the night in spring that has 23 hours end an hour sooner', () => {
    // 2026-03-29: 02:00 is 03:00.
    expect(at(schedule('22:00-06:00'), '2026-03-28T22:00:00Z')).toEqual([
      true,
      '2026-03-29T04:00:00.000Z',
    ])
    expect(at(schedule('02:15-02:45'), '2026-03-29T00:30:00Z')).toEqual([
      false,
      '2026-03-30T00:15:00.000Z',
    ])
    // It ends when the clock jumps over its end.
    expect(at(schedule('01:30-02:30'), '2026-03-29T00:45:00Z')).toEqual([
      true,
      '2026-03-29T01:00:00.000Z',
    ])
  })

  test('in the night in autumn that has 25 hours last an hour more, and count twice', () => {
    // 2026-10-25: 03:00 is 02:00 again.
    expect(at(schedule('22:00-06:00'), '2026-10-24T22:00:00Z')).toEqual([
      true,
      '2026-10-25T05:00:00.000Z',
    ])
    const twice = schedule('02:15-02:45')
    expect(at(twice, '2026-10-25T00:20:00Z')).toEqual([true, '2026-10-25T00:45:00.000Z'])
    expect(at(twice, '2026-10-25T00:50:00Z')).toEqual([false, '2026-10-25T01:15:00.000Z'])
    expect(at(twice, '2026-10-25T01:20:00Z')).toEqual([true, '2026-10-25T01:45:00.000Z'])
  })

  test.each([
    [
      'mon-fri 08:00-20:00',
      '2026-03-23T00:00:00Z',
      (day: string, time: string) => !/Sat|Sun/.test(day) && time >= '08:00' && time < '20:00',
    ],
    [
      'sat 22:30-03:30',
      '2026-10-19T00:00:00Z',
      (day: string, time: string) =>
        (day === 'Sat' && time >= '22:30') || (day === 'Sun' && time < '03:30'),
    ],
  ])('%s agree with the clock on the wall through a week with a change', (hours, start, isOpen) => {
    const one = schedule(hours)
    const wall = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Paris',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    for (let minute = 0; minute < 8 * 1440; minute += 5) {
      const now = Date.parse(start) + minute * 60_000
      const [day = '', time = ''] = wall.format(now).split(' ')
      expect([wall.format(now), one.at(now).isOpen]).toEqual([
        wall.format(now),
        isOpen(day.slice(0, 3), time),
      ])
    }
  })

  test('are worked out once until they change, and again when the clock was put back', () => {
    const office = schedule('mon-fri 08:00-20:00')
    const noon = Date.parse('2026-11-24T12:00:00Z')
    const state = office.at(noon)
    expect(office.at(noon + 3_600_000)).toBe(state)
    expect(office.at(noon - 12 * 3_600_000).isOpen).toBe(false)
  })
})
