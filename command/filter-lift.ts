import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { LONGEST_LIFT_HOURS, endLift, liftFilter, listLifts } from '#db/filter-lifts.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { SCOPE_OPTIONS, lengthOf, scopeOf, whereText } from './filter-scope.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { UsageError } from './run.ts'

const SUBJECT = /^(list:|service:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export async function runFilterLift(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...SCOPE_OPTIONS,
      ...{ for: text, what: text, reason: text, end: text },
      list: { type: 'boolean', default: false },
    },
  })
  return withHouse('filter lift', async ({ database }) => {
    await requireMigrated(database)
    await requireOwner(database)
    if (values.list) {
      const lifts = await listLifts(database)
      if (lifts.length === 0) console.log('Nothing is lifted.')
      for (const { id, subject, to, madeBy, reason, ...scope } of lifts) {
        const until = new Date(to).toISOString()
        const what = subject ?? 'all that is not imposed'
        console.log([id, what, whereText(scope), `until ${until}`, madeBy, reason].join('  |  '))
      }
      return 0
    }
    if (values.end !== undefined) {
      const isId = /^\d{1,18}$/.test(values.end)
      if (!isId || !(await endLift(database, values.end, cliActor()))) {
        throw new AppError('filter', `no lift ${values.end} is in force; see filter lift --list`)
      }
      console.log(`lift ${values.end} is over`)
      return 0
    }
    const ms = lengthOf('--for', values.for ?? '', LONGEST_LIFT_HOURS * 3_600_000)
    const subject = values.what ?? null
    if (subject !== null && !SUBJECT.test(subject)) {
      throw new UsageError(`--what "${subject}" is not a category, list:NAME or service:NAME`)
    }
    const reason = requireReason(values.reason)
    const scope = await scopeOf(database, values)
    const until = new Date(Date.now() + ms)
    const id = await liftFilter(
      database,
      { ...scope, subject },
      { actor: cliActor(), reason, until },
    )
    const what = subject ?? 'the filter, but for what is imposed,'
    console.log(`${what} is lifted (${whereText(scope)}) until ${until.toISOString()}`)
    console.log(`to end it before: npx accueil filter lift --end ${id}`)
    return 0
  })
}
