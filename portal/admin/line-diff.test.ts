import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MOST_DIFF_LINES, lineDiff } from './line-diff.ts'

const shown = (before: string, after: string): string[] =>
  lineDiff(before, after).map(({ sign, line }) => sign + line)

test('a line that changed is taken out and put in where it stands', () => {
  expect(shown('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual([' a', '-b', '+B', ' c', '+d'])
  expect(shown('', 'a\n')).toEqual(['+a'])
  expect(shown('a\n', '')).toEqual(['-a'])
  expect(shown('a\n', 'a')).toEqual([' a'])
})

test('from the difference both texts can be read again, whatever they are', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1 })
    .map((lines) => `${lines.join('\n')}x`)
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after)
      const side = (other: string): string =>
        lines
          .filter(({ sign }) => sign !== other)
          .map(({ line }) => line)
          .join('\n')
      expect([side('+'), side('-')]).toEqual([before, after])
    }),
  )
})

test('a text beyond the limit is shown as gone and as new, at once', () => {
  const long = 'x\n'.repeat(MOST_DIFF_LINES + 1)
  expect(lineDiff(long, 'x\n').filter(({ sign }) => sign === ' ')).toEqual([])
})
