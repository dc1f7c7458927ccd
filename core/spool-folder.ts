import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, reasonOf } from './error.ts'
import { findFrame, readFrame } from './spool-frame.ts'
import { lockFolder } from './spool-files.ts'
import type { SpoolFiles } from './spool-files.ts'

/** Processes that may share one data folder. */
const MOST_PROCESSES = 64
const SEGMENT = /^\d{12}-[0-9a-f]{8}\.spool$/
const NUMBERED = /(\d{12})-[0-9a-f]{8}\.spool$/

/** A file of frames. Its name begins with a number that orders all segments below one root. */
export interface Segment {
  readonly path: string
  readonly number: number
  /** The end of what is durable. */
  end: number
  /** Up to here, everything is done with. */
  offset: number
  /** Lines between the two. */
  lines: number
  /** Something in the middle of it could not be read. */
  isDamaged: boolean
}

export function segmentName(number: number, random: string): string {
  return `${String(number).padStart(12, '0')}-${random}.spool`
}

/** A folder below `root` of this process's own: the first that no living process has. */
export function claimFolder(root: string): { folder: string; release: () => void } {
  try {
    for (let place = 0; place < MOST_PROCESSES; place += 1) {
      const folder = join(root, String(place))
      const lock = lockFolder(folder)
      if (lock !== null) return { folder, release: () => lock.release() }
    }
  } catch (thrown) {
    throw new AppError(
      'spool',
      `the spool folder ${root} cannot be used (${reasonOf(thrown)}); give this user rights on it or set ACCUEIL_DATA_DIR to another folder`,
      { cause: thrown },
    )
  }
  throw new AppError('spool', `${MOST_PROCESSES} processes use the spool folder ${root} already`)
}

/**
 * Moves the segments of processes that are no more into `own`, under their names: whatever is cut
 * short in between, the numbers keep the order.
 */
export async function adoptSegments(
  root: string,
  own: string,
  files: SpoolFiles,
): Promise<readonly string[]> {
  const adopted: string[] = []
  for (const name of readdirSync(root)) {
    const folder = join(root, name)
    if (!/^\d+$/.test(name) || folder === own) continue
    const segments = (await files.list(folder)).filter((file) => SEGMENT.test(file))
    if (segments.length === 0) continue
    const lock = lockFolder(folder)
    if (lock === null) continue
    try {
      for (const file of segments) {
        await files.rename(join(folder, file), join(own, file))
        adopted.push(join(own, file))
      }
      await files.syncFolder(own)
      await files.syncFolder(folder)
    } finally {
      lock.release()
    }
  }
  return adopted
}

/** The highest number below `root`, of whichever process: what comes now came after it. */
export function newestNumber(root: string): number {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return Math.max(0, ...names.map((name) => Number(NUMBERED.exec(name)?.[1] ?? 0)))
}

export async function listSegments(folder: string, files: SpoolFiles): Promise<readonly string[]> {
  const names = await files.list(folder)
  return names.filter((name) => SEGMENT.test(name)).map((name) => join(folder, name))
}

/**
 * Finds out what of a segment is sound. A tail that was torn by a crash was never acknowledged and is
 * cut; a fault with sound frames behind it is damage to what was.
 */
export async function readSegment(path: string, files: SpoolFiles): Promise<Segment> {
  const bytes = await files.read(path, 0)
  let end = 0
  let lines = 0
  let isDamaged = false
  for (let at: number | null = 0; at !== null; at = findFrame(bytes, end)) {
    if (at > end) isDamaged = true
    for (let frame = readFrame(bytes, at); frame !== null; frame = readFrame(bytes, end)) {
      end = frame.end
      lines += frame.lines
    }
  }
  if (end < bytes.length) await files.truncate(path, end)
  const number = Number(NUMBERED.exec(path)?.[1] ?? 0)
  return { path, number, end, offset: 0, lines, isDamaged }
}
