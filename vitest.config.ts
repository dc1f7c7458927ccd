import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// One for all processes of all runs, as the program keeps one in its data folder.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled')

const database = {
  globalSetup: ['./test/support/postgres.ts'],
  // As in unit; a test that changes the environment or a clock puts it back.
  isolate: false,
}

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    // Node's own loader: the tests run the very files that production runs.
    experimental: { viteModuleRunner: false },
    maxWorkers: 2,
    // For what never ends: a test that takes a second takes a minute where many others work too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // As `soon` of test/support: a deadline is for what never comes.
    expect: { poll: { timeout: 20_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Nothing here has a state of its own module, and a third of the time was loading them anew.
          isolate: false,
          include: ['**/*.test.ts'],
          exclude: ['**/*.db.test.ts', 'test/process/**', 'node_modules/**'],
        },
      },
      { extends: true, test: { name: 'database', include: ['**/*.db.test.ts'], ...database } },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          // A start alone may take three minutes where others work too.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each starts the whole program, which mostly waits: after all others, three at a time.
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
        },
      },
    ],
  },
})
