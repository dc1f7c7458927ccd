import { html } from 'hono/html'
import { expect, test } from 'vitest'
import { fill } from './fill.ts'
import type { Words } from './fill.ts'

async function filled(sentence: string, words: Words): Promise<string> {
  return (await fill(sentence, words)).toString()
}

test('what is filled in stands in a direction of its own', async () => {
  expect(await filled('حتى {date}.', { date: '1 June' })).toBe('حتى <bdi>1 June</bdi>.')
})

test('text is escaped, a piece of page is not', async () => {
  expect(await filled('{a} {b}', { a: '<b>&', b: html`<i>b</i>` })).toBe(
    '<bdi>&lt;b&gt;&amp;</bdi> <bdi><i>b</i></bdi>',
  )
})

test('a word that nobody gave is empty, not its name', async () => {
  expect(await filled('a {b} c', {})).toBe('a <bdi></bdi> c')
})
