#!/usr/bin/env node
import { commands } from './command/table.ts'
import { runCommand } from './command/run.ts'

// Not by running out of work: a command that failed may have left something open.
process.exit(await runCommand(commands, process.argv.slice(2)))
