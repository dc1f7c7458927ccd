import { parseArgs } from 'node:util'
import type { GoneDay } from '#db/drop-days.ts'
import type { Hold } from '#db/holds.ts'
import { planPurge, runPurge, tracesLine } from '#db/retention.ts'
import { cliActor } from './apply.ts'
import { withHouseAs } from './house.ts'

export async function runLogsPurge(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
  })
  await withHouseAs('jobs', 'logs purge', async ({ database }) => {
    const now = Date.now()
    const plan = await planPurge(database, now)
    if (values['dry-run']) {
      for (const day of plan.days) console.log(`${dayLine(day)} would go`)
      tellHolds(plan.holds)
      console.log(`${ended(plan)}, ${plan.copies} copies of ended holds would go`)
      console.log(`${tracesLine(plan.traces)}, ${plan.logins} traces of logins would go`)
      return
    }
    const purge = await runPurge(database, now, cliActor())
    for (const day of purge.dropped) console.log(`${dayLine(day)} dropped`)
    if (purge.waiting !== null) {
      console.log(`${purge.waiting} waits for a reader of the log to end; run this again`)
    }
    for (const { caseRef, copies } of purge.released) {
      console.log(`hold ${caseRef} has ended: ${copies} copies deleted`)
    }
    tellHolds(plan.holds)
    console.log(`${ended(purge)} deleted`)
    console.log(`${tracesLine(purge.traces)}, ${purge.logins} traces of logins deleted`)
  })
  return 0
}

function dayLine({ day, rows, digest, held }: GoneDay): string {
  const seal = digest === null ? 'never sealed' : `digest ${digest}`
  return `${day}: ${rows} rows, ${held} of them kept by a hold, ${seal}:`
}

function tellHolds(holds: readonly Hold[]): void {
  for (const { caseRef, until, named, kept } of holds) {
    console.log(`hold ${caseRef} until ${until}: names ${named} rows, keeps ${kept} copies`)
  }
}

function ended(counts: { sessions: number; acceptances: number; grants: number }): string {
  return `${counts.sessions} sessions, ${counts.acceptances} acceptances, ${counts.grants} grants`
}
