import { expect, test } from 'vitest'
import { printable } from './printable.ts'

test('what a terminal would obey is shown, what people read stays', () => {
  expect(printable('\u001b]0;x\u0007Été\u202e‮ é\n2')).toBe(
    String.raw`\u{1b}]0;x\u{7}Été\u{202e}\u{202e} é\u{a}2`,
  )
})
