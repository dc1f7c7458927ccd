import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeText } from './safe-text.ts'

test.each([
  ['AA-BB-CC-DD-EE-FF', 'AA-BB-CC-DD-EE-FF'],
  [' bob ', 'bob'],
  ['b\u007fob\t', 'bob'],
  ['é', 'é'],
  ['', null],
  [' ', null],
  ['123456', '12345'],
])('%j is read as %j', (sent, read) => {
  expect(safeText(Buffer.from(sent), read === '12345' ? 5 : 100)).toBe(read)
})

test('any ASCII is read without its control characters and without spaces around it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 0x7f }), (octets) => {
      const clean = Buffer.from(octets)
        .toString('latin1')
        .replace(/\p{Cc}/gu, '')
        .trim()
      expect(safeText(octets, 100)).toBe(clean === '' ? null : clean)
    }),
  )
})
