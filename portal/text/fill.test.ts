import { html } from 'hono/html'
import { expect, test } from 'vitest'
import { fill } from './fill.ts'

test('what is filled in stands in a direction of its own', () => {
  expect(String(fill('حتى {date}.', { date: '1 June' }))).toBe('حتى <bdi>1 June</bdi>.')
})

test('text is escaped, a piece of page is not', () => {
  expect(String(fill('{a} {b}', { a: '<b>&', b: html`<i>b</i>` }))).toBe(
    '<bdi>&lt;b&gt;&amp;</bdi> <bdi><i>b</i></bdi>',
  )
})

test('a word that nobody gave is empty, not its name', () => {
  expect(String(fill('a {b} c', {}))).toBe('a <bdi></bdi> c')
})
