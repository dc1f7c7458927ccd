import { parseArgs } from 'node:util'
import type { Database } from '#db/connection.ts'
import { retryQuarantined } from '#db/quarantine-retry.ts'
import { dropQuarantined, listQuarantined } from '#db/quarantine-review.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { requireMigrated, withHouse } from './house.ts'
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
  return withHouse('logs quarantine', async ({ database }) => {
    await requireMigrated(database)
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
  return withHouse('logs quarantine', async ({ database }) => {
    await requireMigrated(database)
    const counts = { passed: 0, refused: 0 }
    await writeOut(
      (async function* () {
        for await (const { id, refused } of retryQuarantined(database, ids, cliActor())) {
          counts[refused === null ? 'passed' : 'refused'] += 1
          yield `${id}  ${refused === null ? 'is in the log' : `stays: ${visible(refused)}`}\n`
        }
        yield `${counts.passed} are in the log now, ${counts.refused} stay.\n`
      })(),
    )
    const found = counts.passed + counts.refused
    return counts.refused === 0 && (ids === null || found === ids.length) ? 0 : EXIT_FAILED
  })
}

async function drop(ids: readonly string[], reason: string): Promise<number> {
  const [id, second] = ids
  if (id === undefined || second !== undefined)
    throw new UsageError('drop one event, by its number')
  return withHouse('logs quarantine', async ({ database }) => {
    await requireMigrated(database)
    if (await dropQuarantined(database, id, { actor: cliActor(), reason })) {
      console.log('Dropped: it is in no log.')
      return 0
    }
    console.error(`accueil: there is no event ${id} in quarantine`)
    return EXIT_FAILED
  })
}
