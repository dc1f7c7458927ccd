import { expect, test } from 'vitest'
import { when } from './when.ts'

const AT = new Date('2026-11-28T21:04:00Z')
const PARIS = { language: 'fr', zone: 'Europe/Paris' } as const

test('a time is by the clock of its place, which is said where it differs; by the organisation’s without one', () => {
  expect(when(AT, PARIS)).toBe('28 nov. 2026, 22:04')
  expect(when(AT, PARIS, 'Europe/Paris')).toBe('28 nov. 2026, 22:04')
  expect(when(AT, PARIS, 'Europe/Brussels')).toBe('28 nov. 2026, 22:04')
  expect(when(AT, PARIS, 'America/Martinique')).toBe('28 nov. 2026, 17:04 (UTC−4)')
  expect(when(AT, { language: 'en', zone: 'America/Martinique' })).toBe('28 Nov 2026, 17:04')
})

test('a zone that nobody knows costs nobody a page', () => {
  expect(when(AT, PARIS, 'Mars/Olympus')).toBe('28 nov. 2026, 21:04 (UTC+0)')
  expect(when(AT, { language: 'fr', zone: 'Mars/Olympus' })).toBe('28 nov. 2026, 21:04')
})
