import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { addHold, endHold, listHolds, namesConnections } from '#db/holds.ts'
import type { Hold } from '#db/holds.ts'
import { cliActor } from './apply.ts'
import { CRITERIA_OPTIONS, readCriteria, requireReason } from './criteria.ts'
import { requireDay } from './day.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'
import { waitForWholeLog } from './whole-log.ts'

export async function runLogsHold(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'add') return add(rest)
  if (verb === 'list') return list(rest)
  if (verb === 'end') return end(rest)
  throw new UsageError('a hold is added, listed or ended: logs hold add|list|end')
}

async function add(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { ...CRITERIA_OPTIONS, case: text, until: text, reason: text },
  })
  const reason = requireReason(values.reason)
  const caseRef = requireCase(values.case)
  const until = requireDay(values.until, '--until, the last day of the hold,')
  const criteria = readCriteria(values)
  if (!namesConnections(criteria)) {
    throw new UsageError(
      'a hold is for named rows: give --mac, --ip, --user or --public-ip, or --site with --from and --to',
    )
  }
  return withHouseAs('operator', 'logs hold', async (house) => {
    const { database } = house
    const missing = await waitForWholeLog(house)
    if (missing !== null) throw new AppError('hold.incomplete', `${missing}; nothing is held`)
    const hold = { caseRef, reason, until, actor: cliActor(), criteria, now: Date.now() }
    const rows = await addHold(database, hold)
    if (rows === 0) throw new AppError('hold', 'no row fits: nothing is held')
    console.log(`${rows} rows are held for ${caseRef} until the end of ${until} (UTC).`)
    return 0
  })
}

async function list(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { all: { type: 'boolean', default: false } },
  })
  return withHouseAs('operator', 'logs hold', async ({ database }) => {
    const holds = await listHolds(database, values.all)
    for (const hold of holds) console.log(holdLine(hold))
    if (holds.length === 0) console.log('There is no hold.')
    return 0
  })
}

async function end(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const caseRef = requireCase(positionals[0])
  return withHouseAs('operator', 'logs hold', async ({ database }) => {
    const ended = await endHold(database, caseRef, cliActor())
    if (ended === 0) {
      console.error(`accueil: there is no hold in force for ${caseRef}`)
      return EXIT_FAILED
    }
    console.log(`Ended; its copies are deleted within 24 hours.`)
    return 0
  })
}

export function requireCase(given: string | undefined): string {
  const caseRef = given?.trim() ?? ''
  if (caseRef !== '' && caseRef.length <= 100 && !/\p{Cc}/u.test(caseRef)) return caseRef
  throw new UsageError('the case is missing: its number, 100 characters at most')
}

function holdLine(hold: Hold): string {
  const what = Object.entries(hold.criteria)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
    .join(' ')
  const end =
    hold.endedAt === null ? '' : `, ended ${hold.endedAt.toISOString()} by ${hold.endedBy}`
  return [
    `${hold.caseRef}  until ${hold.until}${end}`,
    `${hold.named} rows in the log, ${hold.kept} copies`,
    what,
    `${hold.madeBy} ${hold.madeAt.toISOString()}: ${hold.reason}`,
  ].join('  |  ')
}
