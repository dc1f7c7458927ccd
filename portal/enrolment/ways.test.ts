import { expect, test } from 'vitest'
import { guessDevice } from './ways.ts'

test.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1', 'apple phone iPhone'],
  ['Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Safari/604.1', 'apple tablet iPad'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1', 'apple laptop Mac'],
  ['Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130 Mobile Safari', 'android phone Android'],
  ['Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/130 Safari', 'android tablet Android'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130', 'chromeos laptop Chromebook'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/132.0', 'windows laptop Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0', 'linux laptop Linux'],
])('%s is %s', (userAgent, expected) => {
  const { way, kind, make } = guessDevice(userAgent) ?? {}
  expect(`${way} ${kind} ${make}`).toBe(expected)
})

test('a browser that says nothing is none that we know', () => {
  expect(guessDevice('')).toBeNull()
  expect(guessDevice('curl/8.0')).toBeNull()
})
