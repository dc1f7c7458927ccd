#!/usr/bin/env node
import { keepCompiled } from './command/compile-cache.ts'
import { beCompiled, beSmall } from './command/small-process.ts'

beSmall()
keepCompiled(process.env)
// After it, so that they come from there.
const [{ commands }, { runCommand }, { writtenOut }] = await Promise.all([
  import('./command/table.ts'),
  import('./command/run.ts'),
  import('./command/write-out.ts'),
])
await beCompiled()

// Not by running out of work: a command that failed may have left something open.
const code = await runCommand(commands, process.argv.slice(2))
await Promise.all([writtenOut(process.stdout), writtenOut(process.stderr)])
process.exit(code)
