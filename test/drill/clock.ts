import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import { FAKETIME_PEER, createFakedClock } from './faked-clock.ts'
import type { Drill } from './given.ts'
import { seconds } from './given.ts'
import { POSTGRES_PEER } from './debian-postgres.ts'
import { openOwnHouse } from './own-house.ts'
import { underLoad } from './under-load.ts'

const HOUR_S = 3_600
const WRONG_MS = 20_000
const PATIENCE_MS = 120_000

/**
 * The machine of Accueil, not that of Postgres. Links of gateways carry their own time, so guests who come new are
 * turned away while ours is wrong by more than ten minutes; everybody else is served.
 */
export const clock: Drill = {
  name: 'clock',
  broken: 'the clock of the machine jumps an hour ahead for 20 s, then an hour back for 20 s',
  peers: [POSTGRES_PEER, FAKETIME_PEER],
  async run({ folder, run }) {
    const faked = createFakedClock(folder)
    await using house = await openOwnHouse(folder, { env: faked.env })
    const { product, url } = house
    return await underLoad(
      { run, url, servers: [product], accountants: [product] },
      async (people) => {
        const took: string[] = []
        for (const [offset, words] of [
          [HOUR_S, 'ahead'],
          [-HOUR_S, 'back'],
        ] as const) {
          faked.set(offset)
          await sleep(WRONG_MS)
          await doctorSays(product, /wrong {2}clock: this machine and the database differ by \d+ s/)
          faked.set(0)
          const began = performance.now()
          const before = people.accepted.length + 1
          const isAccepting = (): boolean => people.accepted.length > before
          await eventually('guests are accepted', isAccepting, PATIENCE_MS)
          took.push(`${words}: guests are accepted ${seconds(began)} after it is right`)
        }
        await doctorSays(product, /well {3}clock/)
        return `doctor names it; ${took.join('; ')}`
      },
    )
  },
}

async function doctorSays(product: Product, sentence: RegExp): Promise<void> {
  const { stdout, stderr } = await product.command('doctor')
  if (!sentence.test(stdout))
    throw new Error(`doctor does not say ${sentence}:\n${stdout}${stderr}`)
}
