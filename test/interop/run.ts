import { availableParallelism } from 'node:os'
import { sweepNamespaces } from '../support/peers/namespaces.ts'
import { sweepLeftovers } from '../support/peers/run-folder.ts'
import { openLane } from './open-lane.ts'
import type { Lane } from './open-lane.ts'
import { providePeers } from './packages.ts'
import { createQueue } from './queue.ts'
import type { Tally } from './scenario.ts'
import { ALONE, LONG, SCENARIOS, SHARED } from './scenarios.ts'

/**
 * `npm run test:interop -- dns wired` runs only those; `--lanes=1` one after the other. Two at a time otherwise: half of what they
 * take is waiting for the intervals of their peers.
 */
const MOST_LANES = 2

const tally: Tally = { passed: 0, failed: 0 }
const args = process.argv.slice(2)
const names = args.filter((arg) => !arg.startsWith('--'))
const unknown = names.filter((name) => !(name in SCENARIOS))
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(' ')}`)
  process.exit(2)
}
if (process.getuid?.() !== 0) {
  console.error('this suite makes network namespaces: run it as root')
  process.exit(2)
}

const wanted = Object.keys(SCENARIOS).filter((name) => names.length === 0 || names.includes(name))
const lanes = new Set<Lane>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void Promise.all([...lanes].map((lane) => lane.end(signal))).finally(() => process.exit(130))
  })
}
sweepLeftovers()
await sweepNamespaces()
try {
  await providePeers()
  const together = createQueue(
    wanted.filter((name) => !ALONE.has(name)),
    { long: LONG, shared: SHARED },
  )
  const asked = Number(args.find((arg) => arg.startsWith('--lanes='))?.slice('--lanes='.length))
  const count = Math.min(asked || Math.min(MOST_LANES, availableParallelism()), together.left)
  // One that cannot go on is told of when the others are through, and `faults` has its turn.
  const ended = await Promise.allSettled(
    Array.from({ length: count }, (_, at) => runLane(at, together)),
  )
  const alone = createQueue(
    wanted.filter((name) => ALONE.has(name)),
    { long: {}, shared: {} },
  )
  if (alone.left > 0) await runLane(0, alone)
  for (const end of ended) if (end.status === 'rejected') throw end.reason
} catch (error) {
  tally.failed++
  console.log('not ok the suite could start the product with its fixture')
  console.log(error instanceof Error ? error.stack : error)
}
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1

/** A lane that ends under a scenario is opened again for the next one. */
async function runLane(at: number, queue: ReturnType<typeof createQueue>): Promise<void> {
  let lane: Lane | null = null
  for (let name = await queue.next(); name !== null; name = await queue.next()) {
    if (lane === null) {
      lane = openLane(at)
      lanes.add(lane)
    }
    const { text, passed, failed, isOver } = await lane.run(name)
    queue.done(name)
    // At once, so that what two lanes say does not get mixed.
    process.stdout.write(text)
    tally.passed += passed
    tally.failed += failed
    if (!isOver) continue
    lanes.delete(lane)
    lane = null
  }
  if (lane === null) return
  process.stdout.write(await lane.end())
  lanes.delete(lane)
}
