import type { Reporter, TestModule } from 'vitest/node'

const SLOWEST = 10

/**
 * Ends a run with `N passed, N failed`, the line by which a run is judged from outside; above it, of a long
 * run, the files that took longest.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      if (module.children.size === 0 || module.errors().length > 0) counts.failed += 1
      for (const test of module.children.allTests()) counts[test.result().state] += 1
    }
    if (modules.length > SLOWEST) console.log(slowest(modules))
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}

function slowest(modules: readonly TestModule[]): string {
  const seconds = (module: TestModule): number => module.diagnostic().duration / 1000
  const lines = modules
    .toSorted((a, b) => seconds(b) - seconds(a))
    .slice(0, SLOWEST)
    .map((module) => `  ${seconds(module).toFixed(1).padStart(6)} s  ${module.relativeModuleId}`)
  const all = modules.reduce((sum, module) => sum + seconds(module), 0)
  return [`the slowest of ${modules.length} files, ${all.toFixed(0)} s in all:`, ...lines].join(
    '\n',
  )
}
