import { catchUp } from '#db/catch-up.ts'
import { createFold } from '#db/fold.ts'
import type { Fold } from '#db/fold.ts'
import type { House } from './house.ts'

const FOLD_POOL = 2

/**
 * Waits until all that was acknowledged is in the log, and brings it there where no role `jobs` does and
 * this login may. Gives the sentence that says what is missing; null when the log is whole.
 */
export async function waitForWholeLog(house: House): Promise<string | null> {
  const missing = await catchUp(house.database, await foldOf(house))
  if (missing === 0) return null
  return `${missing} events that were acknowledged are not in the log yet; see "npx accueil doctor"`
}

async function foldOf(house: House): Promise<Fold> {
  // Who may only look waits for the process whose work it is.
  if (!(await house.can('jobs'))) return { step: () => Promise.resolve('busy') }
  const onQuarantine = (gateway: string, reason: string): void => {
    console.error(`accueil: an event of gateway ${gateway} went to quarantine: ${reason}`)
  }
  return createFold({ database: await house.as('jobs', FOLD_POOL), onQuarantine })
}
