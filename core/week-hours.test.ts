import { describe, expect, test } from 'vitest'
import { WEEK_MINUTES, coversSpans, joinSpans, parseWeekHours } from './week-hours.ts'

const at = (day: number, hour: number): number => day * 1440 + hour * 60

describe('hours of the week', () => {
  test.each([
    ['tue 08:00-20:00', [{ from: at(1, 8), to: at(1, 20) }]],
    ['Tue 8:00-24:00', [{ from: at(1, 8), to: at(2, 0) }]],
    ['sat,sun', [{ from: at(5, 0), to: at(7, 0) }]],
    [
      'mon,wed-thu',
      [
        { from: 0, to: at(1, 0) },
        { from: at(2, 0), to: at(4, 0) },
      ],
    ],
    ['fri 22:00-06:00', [{ from: at(4, 22), to: at(5, 6) }]],
    [
      'sun 22:00-06:00',
      [
        { from: 0, to: at(0, 6) },
        { from: at(6, 22), to: WEEK_MINUTES },
      ],
    ],
    [
      'sun-mon',
      [
        { from: 0, to: at(1, 0) },
        { from: at(6, 0), to: WEEK_MINUTES },
      ],
    ],
    ['mon-sun', [{ from: 0, to: WEEK_MINUTES }]],
  ])('%s', (text, spans) => {
    expect(parseWeekHours(text)).toEqual(spans)
  })

  test('without a day they are every day', () => {
    expect(parseWeekHours('22:00-06:00')).toHaveLength(8)
  })

  test.each([
    '',
    'monday',
    'mon-fri-sat',
    'mon 08:00',
    'mon 25:00-26:00',
    'mon 08:60-09:00',
    'mon 08:00-24:01',
    'mon 08:00-08:00',
    '24:00-08:00',
    'mon 08:00-20:00 tue',
    'mon,',
  ])('%j is not understood', (text) => {
    expect(parseWeekHours(text)).toBeNull()
  })

  test('what touches is one, and covers what lies over the seam', () => {
    const whole = joinSpans([
      { from: 60, to: 120 },
      { from: 0, to: 60 },
    ])
    expect(whole).toEqual([{ from: 0, to: 120 }])
    expect(coversSpans(whole, [{ from: 30, to: 90 }])).toBe(true)
    expect(coversSpans(whole, [{ from: 30, to: 121 }])).toBe(false)
  })
})
