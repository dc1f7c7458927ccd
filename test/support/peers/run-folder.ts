import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Where a run keeps its peers' logs and settings, and writes down every process it starts. A run
 * that was killed leaves this behind, and the next one ends what is named there.
 */
export interface RunFolder {
  readonly path: string
  /** A path for a new file; a number is added where the name is taken. */
  fresh(name: string): string
  write(name: string, text: string): string
  remember(pid: number, name: string): void
  forget(pid: number): void
  remove(): void
}

const PREFIX = 'accueil-run-'

export function createRunFolder(): RunFolder {
  const path = join(tmpdir(), `${PREFIX}${process.pid}`)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path)
  // The embedded Postgres of a root run belongs to another user, who must reach its files.
  chmodSync(path, 0o755)
  writeFileSync(join(path, 'owner'), `${process.pid} ${startTime(process.pid)}`)
  const ledger = join(path, 'processes')
  const fresh = (name: string): string => {
    for (let n = 1; ; n++) {
      const file = join(path, n === 1 ? name : name.replace(/(\.[^.]*)?$/, `-${n}$1`))
      if (!existsSync(file)) return file
    }
  }
  return {
    path,
    fresh,
    write(name, text) {
      const file = fresh(name)
      writeFileSync(file, text)
      return file
    },
    remember: (pid, name) => appendFileSync(ledger, `+ ${pid} ${startTime(pid)} ${name}\n`),
    forget(pid) {
      if (existsSync(path)) appendFileSync(ledger, `- ${pid}\n`)
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Ends what killed runs left behind, and returns the pids those runs had. */
export function sweepLeftovers(): readonly number[] {
  const gone: number[] = []
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const path = join(tmpdir(), name)
    const [pid = '', started = ''] = readText(join(path, 'owner')).split(' ')
    if (started !== '' && startTime(Number(pid)) === started) continue
    endProcesses(path)
    unmountUnder(path)
    rmSync(path, { recursive: true, force: true })
    gone.push(Number(name.slice(PREFIX.length)))
  }
  return gone
}

/** Ends every process the ledger of this folder still names, and Postgres servers under it. */
export function endProcesses(folder: string): void {
  const open = new Map<string, string>()
  for (const line of readText(join(folder, 'processes')).split('\n')) {
    const [sign, pid = '', started = ''] = line.split(' ')
    if (sign === '+') open.set(pid, started)
    if (sign === '-') open.delete(pid)
  }
  for (const [pid, started] of open) if (startTime(Number(pid)) === started) killGroup(Number(pid))
  for (const pid of postgresUnder(folder)) kill(pid)
}

/** Postmasters whose data folder is inside `folder`: they outlive a product that was killed. */
export function postgresUnder(folder: string): readonly number[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('postmaster.pid'))
    .flatMap((name) => {
      const [pid = '', dataFolder = ''] = readText(join(folder, name)).split('\n')
      const command = readText(`/proc/${pid}/cmdline`)
      return dataFolder.startsWith(folder) && command.includes('postgres') ? [Number(pid)] : []
    })
}

/** Disks and layers that a killed run mounted there: they are no folders to be removed. */
export function unmountUnder(folder: string): void {
  const points = readText('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
  // The innermost first; lazily, since what ran there may still be ending.
  for (const point of points.toReversed()) spawnSync('umount', ['-l', point])
}

/** Field 22 of /proc/PID/stat: with it a pid that was given out again is not taken for ours. */
function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function killGroup(pid: number): void {
  if (!kill(-pid)) kill(pid)
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
