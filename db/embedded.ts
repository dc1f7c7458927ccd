import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { AppError, codeOf, reasonOf } from '#core/error.ts'
import { chooseServerUser } from './embedded-user.ts'
import type { ServerUser } from './embedded-user.ts'
import { findPostgresBinaries } from './embedded-binaries.ts'

/** A real Postgres in the data folder, on a Unix socket that only this user can reach. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Stops the server when no other program of the house uses it. */
  release(): Promise<void>
}

export interface EmbeddedOptions {
  readonly dataDir: string
  /** False only for tests: a power cut may then lose data. */
  readonly fsync?: boolean
  /** At once; tests of many programs need more than a house. */
  readonly connections?: number
  readonly onProgress?: (step: string) => void
}

const START_DEADLINE_MS = 30_000
const STOP_DEADLINE_MS = 20_000
const POLL_MS = 20
/** Whoever started the server may find its own connections there for a moment after they were closed. */
const PARTING_MS = 1_000
const RETRY_MS = 250
// The kernel's limit for a Unix socket's path is 107 bytes; the socket's name takes 18.
const LONGEST_SOCKET_DIR = 85
export const EMBEDDED_USER = 'accueil'

/** Starts the Postgres of `dataDir`, or joins the one that already runs there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const cluster = join(dataDir, 'postgres')
  const progress = options.onProgress ?? (() => {})
  makeFolder(dataDir)
  const binaries = findPostgresBinaries()
  const user = chooseServerUser(dataDir)
  const socketDir = makeSocketDir(dataDir, user)
  const url = `postgres://${EMBEDDED_USER}@localhost/postgres?host=${encodeURIComponent(socketDir)}`

  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    progress('creating the database (once)')
    initialise(cluster, binaries, user, options.fsync ?? true)
  }
  const isJoined = await answers(socketDir)
  if (!isJoined) {
    progress('starting the database')
    const logFile = join(dataDir, 'postgres.log')
    const { fsync = true, connections = 60 } = options
    await startServer(socketDir, logFile, () =>
      launch({ cluster, socketDir, binaries, user, fsync, connections, logFile }),
    )
  }
  return { url, release: () => stopUnlessShared(socketDir, cluster, isJoined ? 0 : PARTING_MS) }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    // A folder that exists may still refuse us.
    mkdirSync(join(folder, '.writable'), { recursive: true })
    rmSync(join(folder, '.writable'), { recursive: true })
  } catch (thrown) {
    throw new AppError(
      'data-dir',
      `the data folder ${folder} cannot be written (${reasonOf(thrown)}); give this user rights on it or set ACCUEIL_DATA_DIR to another folder`,
      { cause: thrown },
    )
  }
}

function makeSocketDir(dataDir: string, user: ServerUser): string {
  const inside = join(dataDir, 'socket')
  const short = `accueil-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
  const folder =
    user.needsOverride || inside.length > LONGEST_SOCKET_DIR ? join(tmpdir(), short) : inside
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const owner = statSync(folder).uid
  if (owner !== user.uid && owner !== process.getuid?.()) {
    throw new AppError('socket-dir', `${folder} belongs to another user; remove it or set TMPDIR`)
  }
  give(folder, user)
  return folder
}

function give(path: string, user: ServerUser): void {
  if (process.getuid?.() === 0) chownSync(path, user.uid, user.gid)
}

function initialise(cluster: string, binaries: string, user: ServerUser, fsync: boolean): void {
  // Left by a first start that was cut short: no PG_VERSION, so nothing of value is in it.
  rmSync(cluster, { recursive: true, force: true })
  mkdirSync(cluster, { mode: 0o700 })
  give(cluster, user)
  const [command = '', ...args] = user.wrap([
    join(binaries, 'bin/initdb'),
    ...['-D', cluster, '-U', EMBEDDED_USER, '-E', 'UTF8', '--locale=C', '--auth=trust'],
    ...['--no-instructions', ...(fsync ? [] : ['--no-sync'])],
  ])
  const made = spawnSync(command, args, { ...user.identity, cwd: '/', encoding: 'utf8' })
  if (made.status !== 0) {
    rmSync(cluster, { recursive: true, force: true })
    const said = (made.error?.message ?? made.stderr).trim().split('\n').at(-1) ?? ''
    const wayOut = /look up effective user ID/.test(said)
      ? '; Postgres needs a user who stands in /etc/passwd: run as one, or set DATABASE_URL'
      : ''
    throw new AppError(
      'initdb',
      `the database could not be created in ${cluster}: ${said}${wayOut}`,
    )
  }
}

interface Launch {
  readonly cluster: string
  readonly socketDir: string
  readonly binaries: string
  readonly user: ServerUser
  readonly fsync: boolean
  readonly connections: number
  readonly logFile: string
}

function launch(about: Launch): ChildProcess {
  const { cluster, socketDir, binaries, user, fsync, connections, logFile } = about
  const log = openSync(logFile, 'a', 0o600)
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: String(connections),
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(fsync ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  }
  const [command = '', ...args] = user.wrap([
    join(binaries, 'bin/postgres'),
    '-D',
    cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ])
  // A session of its own: Ctrl-C in the terminal must reach us first, so that we stop it last.
  const server = spawn(command, args, {
    ...user.identity,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  server.unref()
  return server
}

async function answers(socketDir: string): Promise<boolean> {
  if (!existsSync(join(socketDir, '.s.PGSQL.5432'))) return false
  const sql = connectOnce(socketDir)
  try {
    await sql`select 1`
    return true
  } catch {
    return false // nobody listens any more, or it is still starting: the caller decides
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function connectOnce(socketDir: string): postgres.Sql {
  return postgres({
    host: socketDir,
    username: EMBEDDED_USER,
    database: 'postgres',
    max: 1,
    connect_timeout: 2,
    onnotice: () => {},
    connection: { application_name: 'accueil probe' },
  })
}

// After a kill -9 the server's children take a moment to end, and of two starts at once one comes
// second: both pass.
const PASSING = /still in use|lock file "postmaster\.pid" already exists/

/** Starts the server and waits until it answers; again where the reason it ended at once will pass. */
async function startServer(
  socketDir: string,
  logFile: string,
  launchOnce: () => ChildProcess,
): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS
  let logStart = logLength(logFile)
  let server = launchOnce()
  while (Date.now() < deadline) {
    if (await answers(socketDir)) return
    await sleep(POLL_MS)
    if (server.exitCode === null && server.signalCode === null) continue
    if (!PASSING.test(lastComplaint(logFile, logStart))) break
    await sleep(RETRY_MS)
    logStart = logLength(logFile)
    server = launchOnce()
  }
  const ended = server.exitCode !== null || server.signalCode !== null
  const state = ended ? 'ended at once' : 'does not answer'
  throw new AppError(
    'postgres-start',
    `the embedded Postgres ${state}: ${lastComplaint(logFile, logStart)} (see ${logFile}; move the folder postgres beside it away to begin with an empty database)`,
  )
}

function logLength(logFile: string): number {
  return existsSync(logFile) ? statSync(logFile).size : 0
}

function lastComplaint(logFile: string, from: number): string {
  const said = existsSync(logFile) ? readFileSync(logFile).subarray(from).toString('utf8') : ''
  const lines = said.trim().split('\n')
  return (
    lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? (lines.at(-1) || 'it said nothing')
  )
}

async function stopUnlessShared(
  socketDir: string,
  cluster: string,
  patienceMs: number,
): Promise<void> {
  const sql = connectOnce(socketDir)
  try {
    const patience = Date.now() + patienceMs
    while (await isShared(sql)) {
      if (Date.now() >= patience) return
      await sleep(POLL_MS)
    }
  } catch {
    return // it does not answer: nothing to stop in order
  } finally {
    await sql.end({ timeout: 1 })
  }
  const pid = readPid(cluster)
  if (pid === null) return
  process.kill(pid, 'SIGINT') // fast shutdown: ends sessions, writes a checkpoint
  const deadline = Date.now() + STOP_DEADLINE_MS
  while (readPid(cluster) !== null && Date.now() < deadline) {
    await sleep(POLL_MS)
  }
  // It may stand under the temporary folder, where nobody would find what it belonged to.
  if (readPid(cluster) === null) rmSync(socketDir, { recursive: true, force: true })
}

async function isShared(sql: postgres.Sql): Promise<boolean> {
  const [others] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()`
  return others === undefined || others.count > 0
}

function readPid(cluster: string): number | null {
  if (!readdirSync(cluster).includes('postmaster.pid')) return null
  const pid = Number(readPidFile(cluster).split('\n')[0])
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null
}

function readPidFile(cluster: string): string {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8')
  } catch (thrown) {
    // It ended since it was listed.
    if (codeOf(thrown) === 'ENOENT') return ''
    throw thrown
  }
}
