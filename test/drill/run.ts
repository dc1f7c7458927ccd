import { parseArgs } from 'node:util'
import { providePeers } from '../interop/packages.ts'
import { sweepNamespaces } from '../support/peers/namespaces.ts'
import { createRunFolder, endProcesses, sweepLeftovers } from '../support/peers/run-folder.ts'
import { DRILLS } from './drill.ts'
import type { Drill, Ground } from './given.ts'
import { openGround } from './ground.ts'
import { detailsOf, isPassed, tableOf } from './table.ts'
import type { Outcome } from './table.ts'

/**
 * `npm run drill`: breaks what carries the house while people use it, and prints what they felt and what
 * was lost. `--only=leader,clock` runs those; their names alone do too.
 */
if (process.getuid?.() !== 0) {
  console.error('this drill makes network namespaces and disks: run it as root')
  process.exit(2)
}
const wanted = wantedDrills(process.argv.slice(2))

sweepLeftovers()
await sweepNamespaces()
const folder = createRunFolder()
const stack = new AsyncDisposableStack()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void cleanUp(false).finally(() => process.exit(130)))
}
const outcomes: Outcome[] = []
const began = performance.now()
try {
  await providePeers(wanted.flatMap(({ peers }) => peers))
  let ground: Promise<Ground> | null = null
  for (const [i, drill] of wanted.entries()) {
    const given = {
      folder,
      run: i + 1,
      ground: () => (ground ??= openGround(folder, stack)),
    }
    const started = performance.now()
    const report = await drill.run(given).catch(textOf)
    const outcome: Outcome = { drill, report, tookMs: performance.now() - started }
    outcomes.push(outcome)
    console.log(detailsOf(outcome))
  }
  await stack.disposeAsync()
} catch (thrown) {
  console.log(textOf(thrown))
} finally {
  await cleanUp(outcomes.length === wanted.length && outcomes.every(isPassed))
}
const passed = outcomes.filter(isPassed).length
console.log(`\n${tableOf(outcomes)}\n`)
console.log(
  `${passed} passed, ${wanted.length - passed} failed, in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`,
)
process.exitCode = passed === wanted.length ? 0 : 1

function wantedDrills(args: readonly string[]): readonly Drill[] {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' } },
    allowPositionals: true,
  })
  const names = [...(values.only?.split(',') ?? []), ...positionals]
  const unknown = names.filter((name) => !DRILLS.some((drill) => drill.name === name))
  if (unknown.length > 0) {
    const there = DRILLS.map(({ name, broken }) => `  ${name.padEnd(12)} ${broken}`).join('\n')
    console.error(`there is no drill ${unknown.join(', ')}; there are:\n${there}`)
    process.exit(2)
  }
  return names.length === 0 ? DRILLS : DRILLS.filter(({ name }) => names.includes(name))
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const cause = thrown.cause === undefined ? '' : `\n${textOf(thrown.cause)}`
  return (thrown.stack ?? thrown.message) + cause
}

async function cleanUp(isWhole: boolean): Promise<void> {
  endProcesses(folder.path)
  await sweepNamespaces()
  if (isWhole) folder.remove()
  else console.log(`# the logs are in ${folder.path}`)
}
