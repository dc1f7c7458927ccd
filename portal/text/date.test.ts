import { expect, test } from 'vitest'
import { formatDay, formatDuration, formatMoment } from './date.ts'

const FIRST = new Date('2026-06-01T22:30:00Z')

test('the first of a month is "1er" in French', () => {
  expect(formatDay(FIRST, 'fr', 'UTC')).toBe('1er juin 2026')
  expect(formatDay(FIRST, 'en', 'UTC')).toBe('1 June 2026')
})

test('a moment is told in the time of the place', () => {
  expect(formatMoment(FIRST, 'fr', 'Europe/Paris')).toBe('2 juin 2026 à 00:30')
  expect(formatMoment(FIRST, 'en', 'America/Martinique')).toBe('1 June 2026 at 18:30')
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
] as const)('%i seconds in %s are %s', (seconds, language, text) => {
  expect(formatDuration(seconds, language).replace(/\s/g, ' ')).toBe(text)
})
