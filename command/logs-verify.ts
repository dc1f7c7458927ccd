import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { reasonOf } from '#core/error.ts'
import { verifyPack } from '#db/export/verify-pack.ts'
import { keyIdOf } from '#db/sealing/day-seal.ts'
import { loadSeals } from '#db/sealing/seals.ts'
import { verifyChain } from '#db/sealing/verify-chain.ts'
import type { Against } from '#db/sealing/verify-chain.ts'
import { verifyDay } from '#db/sealing/verify-day.ts'
import type { DayReport } from '#db/sealing/verify-day.ts'
import { verifyPublished } from '#db/sealing/verify-published.ts'
import type { PublishedReport } from '#db/sealing/verify-published.ts'
import type { Database } from '#db/connection.ts'
import { requireDay } from './day.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

export async function runLogsVerify(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      day: { type: 'string' },
      all: { type: 'boolean', default: false },
      key: { type: 'string' },
      published: { type: 'string' },
      offline: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const pinnedKey = values.key === undefined ? null : readKey(values.key)
  const [file, second] = positionals
  const ways = [file, values.day, values.published].filter((way) => way !== undefined)
  if (second !== undefined || ways.length > 1 || (ways.length === 1 && values.all)) {
    throw new UsageError('verify one thing: FILE, --day D, --published FILE, or --all')
  }
  if (file !== undefined) return verifyFile(file, pinnedKey)
  if (values.offline) {
    if (values.published === undefined) throw new UsageError('--offline goes with --published FILE')
    return tellPublished(await verifyPublished(null, values.published, pinnedKey), 'checked')
  }
  const day = values.day === undefined ? null : requireDay(values.day, '--day')
  const against = { now: Date.now(), pinnedKey }
  return withHouseAs('operator', 'logs verify', async ({ database }) => {
    if (day !== null) return verifyOneDay(database, day, against)
    if (values.published !== undefined) {
      return tellPublished(await verifyPublished(database, values.published, pinnedKey), 'compared')
    }
    return verifyAll(database, against)
  })
}

function readKey(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    keyIdOf(pem)
    return pem
  } catch (thrown) {
    throw new UsageError(`--key ${path} is not a public key in PEM (${reasonOf(thrown)})`)
  }
}

async function verifyFile(path: string, pinnedKey: string | null): Promise<number> {
  const { manifest, problems, notes } = await verifyPack(path, pinnedKey)
  if (manifest !== null && problems.length === 0) {
    const { key, chain } = manifest
    console.log(`${path} is the pack of ${manifest.organisation} for case ${manifest.case}`)
    console.log(`  ${manifest.rows === 0 ? 'no row fits its criteria' : `${manifest.rows} rows`}`)
    console.log(`  made ${manifest.madeAt}`)
    console.log(`  requested by ${manifest.requestedBy}, approved by ${manifest.approvedBy}`)
    if (chain !== null) console.log(`  seal of the log then: ${chain.day} ${chain.link}`)
    for (const name of manifest.files) console.log(`  ${name.sha256}  ${name.name}`)
    console.log(
      pinnedKey === null
        ? `  signed with the key ${key.id}: compare it with the one the organisation has published`
        : `  signed with ${notes.length === 0 ? 'the key given, ' : ''}${key.id}`,
    )
    for (const note of notes) console.log(`  ${note}`)
  }
  return tell(path, problems)
}

async function verifyOneDay(database: Database, day: string, against: Against): Promise<number> {
  const report = await verifyDay(database, day, against)
  if (report === null) return tell(day, [`${day} has no seal`])
  return tellDay(report)
}

async function verifyAll(database: Database, against: Against): Promise<number> {
  const chain = await verifyChain(database, against)
  let problems = chain.problems.length
  for (const line of [...chain.notes, ...chain.problems]) console.log(line)
  for (const { day, droppedAt } of await loadSeals(database.sql)) {
    if (droppedAt !== null) continue
    const report = await verifyDay(database, day, against)
    // What is wrong with the seal itself is said above.
    const own = report?.problems.filter((problem) => !chain.problems.includes(problem)) ?? []
    for (const problem of own) console.log(`${day}: ${problem}`)
    if (report !== null && report.unnamed > 0) console.log(`${day}: and ${report.unnamed} more`)
    problems += own.length + (report?.unnamed ?? 0)
  }
  if (chain.last !== null) {
    console.log(
      `${chain.seals} seals from ${chain.first} to ${chain.last}, ${chain.dropped} of them of days that are gone`,
    )
    console.log(`key ${chain.keyIds.join(', ')}`)
    console.log(`last link ${chain.head}`)
  }
  console.log(problems === 0 ? 'The log is as it was sealed.' : `${problems} problems.`)
  return problems === 0 ? 0 : EXIT_FAILED
}

function tellPublished(report: PublishedReport, how: string): number {
  const { lines, problems, notes, reach } = report
  for (const note of notes) console.log(note)
  if (reach !== null) console.log(`from ${reach.from} to ${reach.to}, last link ${reach.head}`)
  return tell(`${lines} published seals ${how}`, problems)
}

function tellDay(report: DayReport): number {
  const { day, connections, amendments, droppedAt } = report
  const rows = `${day}: ${connections} rows sealed`
  const since = amendments === 0 ? '' : `, ${amendments} noted changes since`
  const gone =
    droppedAt === null ? '' : `, dropped ${droppedAt.toISOString()}: only the seal is left`
  for (const note of report.notes) console.log(note)
  const more = report.unnamed > 0 ? [`and ${report.unnamed} more`] : []
  return tell(rows + since + gone, [...report.problems, ...more])
}

function tell(what: string, problems: readonly string[]): number {
  for (const problem of problems) console.log(problem)
  console.log(problems.length === 0 ? `${what}: in order` : `${what}: NOT in order`)
  return problems.length === 0 ? 0 : EXIT_FAILED
}
