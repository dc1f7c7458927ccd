import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '#core/config.ts'
import { withCredentials } from '#core/credentials.ts'
import { reasonOf } from '#core/error.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { ownsHouse, whoAmI } from '#db/login.ts'
import { rehearse } from '#db/rehearsal.ts'
import type { Rehearsed, TableEffect } from '#db/rehearsal.ts'
import { refuseOldServer, standing, stepNames } from '#db/standing.ts'
import { formatFinding } from './finding.ts'
import type { Finding } from './finding.ts'
import { openHouse } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

/** What a disk of a small machine writes, with its write-ahead log. */
const BYTES_A_SECOND = 50_000_000
const LONG_TRANSACTION_S = 30

/** Says what this version will do to the house, and changes nothing. */
export async function runUpgrade(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' } } })
  if (values.check !== true) {
    throw new UsageError(
      'say upgrade --check; what it tells is done by accueil migrate, or by the first process that starts as the owner of the database',
    )
  }
  const findings = [checkNode(), ...(await checkConfigured())]
  for (const finding of findings) console.log(formatFinding(finding))
  const wrong = findings.filter((finding) => finding.wrong !== undefined)
  console.log(
    wrong.length === 0 ? '\nThis version can be installed.' : `\n${wrong.length} to mend first.`,
  )
  return wrong.length === 0 ? 0 : EXIT_FAILED
}

function checkNode(): Finding {
  const what = `Node ${process.versions.node}`
  const file = join(import.meta.dirname, '../package.json')
  const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } }
  return isAsked(process.versions.node, engines.node)
    ? { what }
    : { what, wrong: `this version asks for ${engines.node}; npm ci brings one along` }
}

/** `^24.12.0 || >=26`, of which this is all that package.json uses. */
export function isAsked(version: string, ranges: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return ranges.split('||').some((range) => {
    const [, sign, from = '0', least = '0'] = /(\^|>=)\s*(\d+)(?:\.(\d+))?/.exec(range) ?? []
    if (sign === undefined) return false
    if (major === Number(from)) return minor >= Number(least)
    return sign === '>=' && major > Number(from)
  })
}

async function checkConfigured(): Promise<readonly Finding[]> {
  const what = 'configuration'
  const read = readConfig(withCredentials(process.env))
  if (!read.ok) return read.problems.map((wrong) => ({ what, wrong }))
  const notes = read.config.warnings.map((note) => ({ what, note }))
  const configured = notes.length === 0 ? [{ what }] : notes
  try {
    const house = await openHouse(read.config, { applicationName: 'accueil upgrade', max: 1 })
    try {
      return [...configured, ...(await checkDatabase(house.database))]
    } finally {
      await house.close()
    }
  } catch (thrown) {
    return [...configured, { what: 'database', wrong: reasonOf(thrown) }]
  }
}

async function checkDatabase(database: Database): Promise<readonly Finding[]> {
  await refuseOldServer(database)
  const { pending, newer } = await standing(database)
  const findings = [await checkServer(database), await checkLogin(database, pending)]
  if (newer.length > 0) {
    const note = `a newer version than this has been here (${newer.join(', ')}); this one goes on beside it, and changes nothing`
    return [...findings, { what: 'database', note }]
  }
  if (pending.length === 0) return [...findings, { what: 'database: of this version already' }]
  const done = stepNames().filter((name) => !pending.includes(name))
  if (done.length === 0) return [...findings, { what: 'database', note: 'empty: it will be made' }]
  findings.push(...(await checkWaiting(database)))
  try {
    const seen = await inScratch((scratch) => rehearse(scratch, done))
    for (const step of seen) findings.push(await findingOf(database, step))
    return [...findings, await checkOlder(database, seen)]
  } catch (thrown) {
    const note = `${pending.join(', ')}; what they lock could not be tried on an empty copy: ${reasonOf(thrown)}`
    return [...findings, { what: 'steps of the database', note }]
  }
}

async function checkServer({ sql }: Database): Promise<Finding> {
  const [row] = await sql<
    { version: string }[]
  >`select current_setting('server_version') as version`
  return { what: `Postgres ${row?.version ?? ''}` }
}

async function checkLogin(database: Database, pending: readonly string[]): Promise<Finding> {
  const what = 'login of the database'
  if (pending.length === 0 || (await ownsHouse(database))) return { what }
  const login = await whoAmI(database)
  const note = `"${login}" does not own it: its processes wait until accueil migrate has run as the login that does`
  return { what, note }
}

/** A step waits for whoever has the table, and everybody else waits behind the step. */
async function checkWaiting({ sql }: Database): Promise<readonly Finding[]> {
  const rows = await sql<{ pid: number; name: string; seconds: number }[]>`
    select pid, application_name as name, extract(epoch from now() - xact_start)::int as seconds
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and xact_start < now() - make_interval(secs => ${LONG_TRANSACTION_S})`
  return rows.map(({ pid, name, seconds }) => ({
    what: 'a long transaction',
    note: `process ${pid} of Postgres ("${name}") has had one open for ${seconds} s: a step would wait for it, and everybody behind the step. Let it end first`,
  }))
}

/** An empty Postgres in a temporary folder, for as long as `use` takes. */
async function inScratch<T>(use: (scratch: Database) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'accueil-upgrade-'))
  try {
    const server = await startEmbedded({ dataDir, fsync: false })
    const scratch = openDatabase(server.url, { applicationName: 'accueil upgrade', max: 1 })
    try {
      return await use(scratch)
    } finally {
      await scratch.close()
      await server.release()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function findingOf(database: Database, { name, effects }: Rehearsed): Promise<Finding> {
  const what = `step ${name}`
  if (effects.length === 0) return { what: `${what}: touches nothing that is there` }
  const told = await Promise.all(effects.map((effect) => tell(database, effect)))
  return { what, note: told.join('; ') }
}

async function tell({ sql }: Database, { table, how, holdsUp }: TableEffect): Promise<string> {
  const [row] = await sql<{ bytes: number; rows: number }[]>`
    select coalesce(sum(pg_total_relation_size(t.relid)), 0)::float8 as bytes,
           coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 as rows
    from pg_partition_tree(to_regclass(${table})) t join pg_class c on c.oid = t.relid where t.isleaf`
  const { bytes = 0, rows = 0 } = row ?? {}
  const waits = {
    nobody: 'nobody waits',
    writers: 'who writes it waits',
    everybody: 'who reads or writes it waits',
  }
  const takes = Math.ceil(bytes / BYTES_A_SECOND)
  const size = `${table} (${(bytes / 1e6).toFixed(1)} MB, about ${rows.toLocaleString('en')} rows)`
  if (how === 'locked') return `${size} is locked for a moment: ${waits[holdsUp]}`
  const done = how === 'read' ? 'is read or changed row by row' : 'is written anew'
  return `${size} ${done}, some ${takes} s: ${waits[holdsUp]}`
}

async function checkOlder({ sql }: Database, seen: readonly Rehearsed[]): Promise<Finding> {
  const what = 'processes of the version before'
  const [row] = await sql<{ connected: string }[]>`
    select coalesce(string_agg(distinct application_name, ', '), 'none') as connected
    from pg_stat_activity
    where datname = current_database() and application_name like 'accueil %' and pid <> pg_backend_pid()`
  const connected = `connected now: ${row?.connected ?? 'none'}`
  const missed = seen.flatMap((step) => step.missed.map((one) => `${step.name}: ${one}`))
  if (missed.length === 0) {
    return { what: `${what} go on meanwhile and may be started again (${connected})` }
  }
  return {
    what,
    note: `must end before, and there is no way back but a backup (${connected}): ${missed.join('; ')}`,
  }
}
