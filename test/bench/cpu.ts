import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/**
 * CPU seconds these processes and all below them used so far, children that ended included:
 * utime, stime, cutime and cstime of /proc/PID/stat.
 */
export function cpuSeconds(roots: readonly number[]): number {
  const processes = readProcesses()
  let ticks = 0
  for (const [pid, one] of processes) {
    if (isUnder(pid, roots, processes)) ticks += one.ticks
  }
  return ticks / TICKS_PER_SECOND
}

interface ProcessTimes {
  readonly parent: number
  readonly ticks: number
}

function readProcesses(): ReadonlyMap<number, ProcessTimes> {
  const processes = new Map<number, ProcessTimes>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command's name is in parentheses and may hold any character.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const times = fields.slice(11, 15).map(Number)
      const ticks = times.reduce((sum, time) => sum + time, 0)
      processes.set(pid, { parent: Number(fields[1]), ticks })
    } catch {
      // It ended between the listing and the reading; its parent holds its time now.
    }
  }
  return processes
}

function isUnder(
  pid: number,
  roots: readonly number[],
  processes: ReadonlyMap<number, ProcessTimes>,
): boolean {
  for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0)
    if (roots.includes(at)) return true
  return false
}
