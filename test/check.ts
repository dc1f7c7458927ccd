import { spawnSync } from 'node:child_process'

/** What `npm run check` runs, each to its end, so that one run names every fault. */
const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ['types', ['tsc', '-p', '.']],
  ['lock file', ['node', 'test/lock-file.ts']],
  ['lint and import direction', ['oxlint', '--deny-warnings']],
  ['format', ['oxfmt', '--check']],
  ['dead code', ['knip', '--no-progress']],
]

const failed = CHECKS.filter(([name, [command = '', ...args]]) => {
  const started = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  return status !== 0
})
console.log(`${CHECKS.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
