import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contrastOf, inkOn, readableOn } from './contrast.ts'

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`)

describe('any colour an organisation may choose', () => {
  test('carries text of at least 4.5:1', () => {
    fc.assert(fc.property(colour, (fill) => contrastOf(inkOn(fill), fill) >= 4.5))
  })

  test('becomes a link of at least 4.5:1 on light and dark ground', () => {
    fc.assert(
      fc.property(colour, fc.constantFrom('#ffffff', '#faf5ef', '#191513'), (chosen, ground) => {
        expect(contrastOf(readableOn(ground, chosen, 4.5), ground)).toBeGreaterThanOrEqual(4.5)
      }),
    )
  })
})

test('contrast is that of WCAG', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
})

test('a colour that can be read stays as it is', () => {
  expect(readableOn('#ffffff', '#c8105a', 4.5)).toBe('#c8105a')
})

test.each(['', 'red', '#fff', '#c8105a;}body{display:none'])(
  'what is no #rrggbb never reaches the style sheet: %j',
  (text) => {
    expect(readableOn('#ffffff', text, 3)).toMatch(/^#[0-9a-f]{6}$/)
  },
)
