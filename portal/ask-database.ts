import { AppError } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import { LIMITS } from './limits.ts'

export type AskDatabase = <T>(question: () => Promise<T>) => Promise<T>

/**
 * Asks a database that may be away: no person waits longer than they would, and what waits for it to
 * come back cannot pile up. A question that was given up may still be done later, which is harmless:
 * an acceptance written late only opens the door that the person asked for.
 */
export function createAskDatabase(waitMs: number = LIMITS.databaseWaitMs): AskDatabase {
  let waiting = 0
  return async function ask(question) {
    if (waiting >= LIMITS.databaseQuestions)
      throw new AppError('database-busy', `${waiting} questions wait for the database already`)
    waiting += 1
    const answer = question().finally(() => {
      waiting -= 1
    })
    return within(waitMs, answer)
  }
}
