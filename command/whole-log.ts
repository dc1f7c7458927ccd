import { catchUp } from '#db/catch-up.ts'
import type { Database } from '#db/connection.ts'
import { createFold } from '#db/fold.ts'

/**
 * Waits until all that was acknowledged is in the log, and brings it there where no role `jobs` does.
 * Gives the sentence that says what is missing; null when the log is whole.
 */
export async function waitForWholeLog(database: Database): Promise<string | null> {
  const onQuarantine = (gateway: string, reason: string): void => {
    console.error(`accueil: an event of gateway ${gateway} went to quarantine: ${reason}`)
  }
  const missing = await catchUp(database, createFold({ database, onQuarantine }))
  if (missing === 0) return null
  return `${missing} events that were acknowledged are not in the log yet; see "npx accueil doctor"`
}
