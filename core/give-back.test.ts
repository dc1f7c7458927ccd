import { execFileSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { keepSmall, loadNativeGiveBack } from './give-back.ts'

const layer = loadNativeGiveBack()

/** Gives back, then works on; prints what was resident of Node's own code before, just after, and what it worked out. */
const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { keepSmall } from './give-back.ts'
  const resident = () => {
    let [sum, isCode] = [0, false]
    for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\\n')) {
      if (/^[0-9a-f]+-/.test(line)) isCode = / r-.p .*\\/node$/.test(line)
      else if (isCode && line.startsWith('Rss:')) sum += Number(/\\d+/.exec(line))
    }
    return sum
  }
  const before = resident()
  keepSmall()
  const after = resident()
  const worked = JSON.parse(JSON.stringify(Array.from({ length: 1e5 }, (_, i) => ({ i })))).length
  console.log(JSON.stringify({ before, after, worked }))`

function run(...flags: readonly string[]): { before: number; after: number; worked: number } {
  const args = ['--expose-gc', ...flags, '--input-type=module-typescript', '--eval', PROGRAM]
  const out = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' })
  return JSON.parse(out) as ReturnType<typeof run>
}

test.runIf(layer.ok)('code that only starting needed is let go of, and comes again', () => {
  const { before, after, worked } = run()
  expect(after).toBeLessThan(before)
  expect(worked).toBe(100_000)
})

test.runIf(layer.ok)('what is in no file, as large pages of code are, is kept', () => {
  expect(run('--use-largepages=on').worked).toBe(100_000)
})

test('it is done again each minute, and by no process that keeps what it has', () => {
  vi.useFakeTimers()
  const gc = vi.fn<() => void>()
  const native = { ok: true, native: { giveBack: vi.fn<() => void>() } } as const
  try {
    vi.stubGlobal('gc', undefined)
    keepSmall(native)
    vi.advanceTimersByTime(180_000)
    expect(native.native.giveBack).not.toHaveBeenCalled()
    vi.stubGlobal('gc', gc)
    keepSmall(native)
    vi.advanceTimersByTime(180_000)
    expect(native.native.giveBack).toHaveBeenCalledTimes(4)
    // To collect takes longer than a query may wait.
    expect(gc).toHaveBeenCalledTimes(1)
  } finally {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  }
})
