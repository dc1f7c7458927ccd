import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** On Linux a thread has a priority of its own: those that answer gateways and phones go first. */
export function goSecond(): void {
  try {
    const [, thread = ''] = /task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? []
    if (thread !== '') setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Where there is no such file all have one priority, and it works as well.
  }
}
