import { renameSync, writeFileSync } from 'node:fs'
import type { RunFolder } from '../support/peers/run-folder.ts'

export const FAKETIME_PEER = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  'libfaketime',
] as const

export interface FakedClock {
  /** For the environment of each process that has this clock. */
  readonly env: Readonly<Record<string, string>>
  /** As when somebody sets the clock of the machine: at once, and only that of the wall. */
  set(offsetSeconds: number): void
}

export function createFakedClock(folder: RunFolder): FakedClock {
  const file = folder.write('clock', '+0')
  return {
    env: {
      LD_PRELOAD: FAKETIME_PEER[0],
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_RESET: '1',
      // Times of files are those of the disk.
      NO_FAKE_STAT: '1',
    },
    set(offsetSeconds) {
      writeFileSync(`${file}.next`, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}`)
      renameSync(`${file}.next`, file)
    },
  }
}
