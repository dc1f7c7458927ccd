import { createInterface } from 'node:readline'
import { sweepNamespaces } from '../support/peers/namespaces.ts'
import { createRunFolder, endProcesses } from '../support/peers/run-folder.ts'
import { openHouse } from './house.ts'
import { DONE } from './lane-end.ts'
import { runScenario } from './scenario.ts'
import type { Tally } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'

/*
 * One lane of the suite, a process with a house of its own: it is told names of scenarios, a line each, and says of
 * each what it prints and then how many of its sentences held.
 */
const folder = createRunFolder()
let failed = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  await using house = await openHouse(folder)
  for await (const name of createInterface({ input: process.stdin })) {
    const scenario = SCENARIOS[name]
    if (scenario === undefined) throw new Error(`no scenario ${name}`)
    const tally: Tally = { passed: 0, failed: 0 }
    await runScenario(name, scenario, { ...house, folder, tally })
    failed += tally.failed
    console.log(`${DONE} ${tally.passed} ${tally.failed}`)
  }
} finally {
  await cleanUp()
}
// What a peer's library keeps open would keep this waiting.
process.exit(0)

async function cleanUp(): Promise<void> {
  endProcesses(folder.path)
  await sweepNamespaces()
  if (failed === 0) folder.remove()
  else console.log(`# the peers' logs are in ${folder.path}`)
}
