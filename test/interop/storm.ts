import assert from 'node:assert/strict'
import { printStorms, runStorms, stormProblems } from '../bench/storm.ts'
import type { Scenario } from './scenario.ts'

/** A twentieth of the first house, at a pace that a busy machine keeps; `npm run bench -- --only=storm` is all of it. */
const SIZE = { gateways: 200, devicesEach: 10, withinMs: 20_000, accounts: 50 } as const

/** Gateways and their devices all at once, by MAC address, PAP and EAP-TTLS, with accounting. */
export async function storm({ folder, test }: Scenario): Promise<void> {
  const storms = await runStorms(folder, SIZE)
  printStorms(storms)
  for (const one of storms) {
    const devices = SIZE.gateways * SIZE.devicesEach
    await test(`${devices} devices of ${SIZE.gateways} gateways come ${one.what}: all are in and in the log, and who had an answer coming asked once`, () => {
      assert.deepEqual(stormProblems(one), [])
    })
  }
}
