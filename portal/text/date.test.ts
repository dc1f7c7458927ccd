import { expect, test } from 'vitest'
import { formatDay, formatDuration, formatMoment } from './date.ts'
import { LANGUAGES } from './language.ts'

const FIRST = new Date('2026-06-01T22:30:00Z')

test('the first of a month is "1er" in French', () => {
  expect(formatDay(FIRST, 'fr', 'UTC')).toBe('1er juin 2026')
  expect(formatDay(FIRST, 'en', 'UTC')).toBe('1 June 2026')
})

test('a moment is told in the time of the place', () => {
  expect(formatMoment(FIRST, 'fr', 'Europe/Paris')).toBe('2 juin 2026 à 00:30')
  expect(formatMoment(FIRST, 'en', 'America/Martinique')).toBe('1 June 2026 at 18:30')
})

test.each(LANGUAGES)(
  'in %s the year, the digits and the hours are those of the place',
  (language) => {
    const text = formatMoment(FIRST, language, 'Europe/Paris')
    expect(text).toContain('2026')
    expect(text).toMatch(/(^|\D)0?0:30(\D|$)/)
  },
)

test.each(LANGUAGES)('in %s a length of time is written out', (language) => {
  for (const seconds of [5 * 86_400, 5 * 3_600, 300])
    expect(formatDuration(seconds, language)).toMatch(/^5\s\S{3,}/u)
})

test('an unknown time zone costs nobody their page', () => {
  expect(formatMoment(FIRST, 'en', 'Moon/Sea')).toBe('1 June 2026 at 22:30')
})

test.each([
  [30 * 86_400, 'en', '30 days'],
  [30 * 86_400, 'fr', '30 jours'],
  [86_400, 'en', '24 hours'],
  [12 * 3_600, 'fr', '12 heures'],
  [5_400, 'en', '90 minutes'],
  [20, 'en', '1 minute'],
  [12 * 3_600, 'ps', '12 ساعته'],
  [12 * 3_600, 'ta', '12 மணி நேரம்'],
  [5 * 86_400, 'uk', '5 днів'],
  [2 * 86_400, 'uk', '2 дні'],
  [30 * 86_400, 'ar', '30 يومًا'],
] as const)('%i seconds in %s are %s', (seconds, language, text) => {
  expect(formatDuration(seconds, language).replace(/\s/g, ' ')).toBe(text)
})
