import { expect, test } from 'vitest'
import { createProgressBar } from './progress-bar.ts'

function screen(isTTY: boolean) {
  const lines: string[] = []
  return { isTTY, lines, write: (text: string | Uint8Array) => lines.push(String(text)) > 0 }
}

test('a bar grows on a terminal, never goes back, and is gone at the end', () => {
  const out = screen(true)
  const { progress, end } = createProgressBar('places', out)
  for (const part of [0, 0.5, 0.4, 0.503, 7]) progress(part)
  end()
  expect(out.lines).toEqual([
    `\rplaces [${' '.repeat(30)}] 0 %`,
    `\rplaces [${'#'.repeat(15)}${' '.repeat(15)}] 50 %`,
    `\rplaces [${'#'.repeat(30)}] 100 %`,
    '\r\u001b[K',
  ])
})

test('into a file goes nothing of it', () => {
  const out = screen(false)
  const { progress, end } = createProgressBar('places', out)
  progress(0.5)
  end()
  expect(out.lines).toEqual([])
})
