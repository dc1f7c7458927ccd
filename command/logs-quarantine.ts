import { parseArgs } from 'node:util'
import type { Database } from '#db/connection.ts'
import { retryQuarantined } from '#db/quarantine-retry.ts'
import type { RetryOutcome } from '#db/quarantine-retry.ts'
import { dropQuarantined, listQuarantined } from '#db/quarantine-review.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { withHouseAs } from './house.ts'
import { quarantineLines, visible } from './quarantine-line.ts'
import { EXIT_FAILED, UsageError } from './run.ts'
import { writeOut } from './write-out.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export async function runLogsQuarantine(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { reason: { type: 'string' } },
    allowPositionals: true,
  })
  const [verb, ...ids] = positionals
  const reason = values.reason?.trim() ?? ''
  for (const id of ids) {
    if (!UUID.test(id)) throw new UsageError(`"${id}" is not the number of an event, see the list`)
  }
  if (verb === undefined) return list(reason === '' ? null : reason)
  if (verb === 'retry') return retry(ids.length === 0 ? null : ids)
  if (verb === 'drop') return drop(ids, requireReason(values.reason))
  throw new UsageError('events in quarantine are listed, or: logs quarantine retry|drop')
}

async function list(reason: string | null): Promise<number> {
  return withHouseAs('jobs', 'logs quarantine', async ({ database }) => {
    await writeOut(linesOf(database, reason))
    return 0
  })
}

async function* linesOf(database: Database, reason: string | null): AsyncGenerator<string> {
  let count = 0
  for await (const page of listQuarantined(database, { actor: cliActor(), reason })) {
    yield page.map(quarantineLines).join('')
    count += page.length
  }
  yield count === 0 ? 'Nothing is in quarantine.\n' : `${count} in quarantine.\n`
}

async function retry(ids: readonly string[] | null): Promise<number> {
  return withHouseAs('jobs', 'logs quarantine', async ({ database }) => {
    const outcomes: RetryOutcome[] = []
    await writeOut(linesOfRetry(retryQuarantined(database, ids, cliActor()), outcomes))
    const missing = ids?.filter((id) => !outcomes.some((outcome) => outcome.id === id)) ?? []
    for (const id of missing) console.error(`accueil: there is no event ${id} in quarantine`)
    const stays = outcomes.some(({ refused }) => refused !== null)
    return stays || missing.length > 0 ? EXIT_FAILED : 0
  })
}

async function* linesOfRetry(
  tried: AsyncIterable<RetryOutcome>,
  outcomes: RetryOutcome[],
): AsyncGenerator<string> {
  for await (const outcome of tried) {
    const { id, refused } = outcome
    outcomes.push(outcome)
    yield `${id}  ${refused === null ? 'is in the log' : `stays: ${visible(refused)}`}\n`
  }
  const stay = outcomes.filter(({ refused }) => refused !== null).length
  yield `${outcomes.length - stay} are in the log now, ${stay} stay.\n`
}

async function drop(ids: readonly string[], reason: string): Promise<number> {
  const [id, second] = ids
  if (id === undefined || second !== undefined)
    throw new UsageError('drop one event, by its number')
  return withHouseAs('jobs', 'logs quarantine', async ({ database }) => {
    if (await dropQuarantined(database, id, { actor: cliActor(), reason })) {
      console.log('Dropped: it is in no log.')
      return 0
    }
    console.error(`accueil: there is no event ${id} in quarantine`)
    return EXIT_FAILED
  })
}
