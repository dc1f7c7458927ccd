import { readFileSync } from 'node:fs'

export interface UdpQueue {
  /** Bytes that wait in the socket's receive buffers. */
  readonly waiting: number
  /** Datagrams the kernel threw away because a buffer was full. */
  readonly dropped: number
}

/** What the kernel holds for every socket bound to this port (/proc/net/udp and udp6). */
export function udpQueue(port: number): UdpQueue {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let waiting = 0
  let dropped = 0
  for (const file of ['/proc/net/udp', '/proc/net/udp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (!fields[1]?.endsWith(suffix)) continue
      waiting += Number.parseInt(fields[4]?.split(':')[1] ?? '0', 16)
      dropped += Number(fields[12] ?? 0)
    }
  }
  return { waiting, dropped }
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  return memoryOf(pid, 'VmRSS')
}

/** Of that its own: pages of files, Node's code among them, are let go of each minute and come back as they are needed. */
export function ownBytes(pid: number): number {
  return memoryOf(pid, 'RssAnon')
}

function memoryOf(pid: number, line: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
}
