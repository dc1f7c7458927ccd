import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { reasonOf } from './error.ts'
import type { Seal } from './seal.ts'
import { diskFiles } from './spool-files.ts'
import type { SegmentFile, SpoolFiles } from './spool-files.ts'
import {
  adoptSegments,
  claimFolder,
  listSegments,
  newestNumber,
  readSegment,
  segmentName,
} from './spool-folder.ts'
import type { Segment } from './spool-folder.ts'
import { findFrame, readFrame } from './spool-frame.ts'
import { LONGEST_LINE_BYTES, decodeLines, encodeLines } from './spool-lines.ts'

export interface SpoolLimits {
  /** All segments together. */
  readonly bytes: number
  /** Left free for the others on this disk, an embedded Postgres first of all. */
  readonly reserveBytes: number
  /** What a crash in the middle of a replay may cause to be replayed twice. */
  readonly segmentBytes: number
}

const SPOOL_LIMITS: SpoolLimits = {
  bytes: 2 * 1024 ** 3,
  reserveBytes: 128 * 1024 ** 2,
  segmentBytes: 8 * 1024 ** 2,
}

export type Kept = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** The oldest lines, in the order in which they were kept. */
export interface SpoolBatch {
  readonly lines: readonly string[]
  readonly segment: Segment
  /** Where in the segment it ends. */
  readonly end: number
}

/** A queue of lines on the local disk, for what must be durable while the database is not there. */
export interface Spool {
  /** Takes a folder below the root, with what earlier processes have left; rejects with a sentence. */
  open(): Promise<void>
  /** Resolves when it is known whether the line is on disk. */
  append(line: string): Promise<Kept>
  /** The oldest lines that are not done with, about `limit` of them; the same again until `done`. */
  next(limit: number): Promise<SpoolBatch | null>
  done(batch: SpoolBatch): Promise<void>
  /** Takes over what processes that are no more have left; returns how many lines. */
  adopt(): Promise<number>
  /** Waits for what is being kept, then lets go of the folder. What is in it stays. */
  close(): Promise<void>
  /** True when nothing is in it and nothing is on its way into it. */
  readonly isEmpty: boolean
  readonly lines: number
  readonly bytes: number
}

export interface SpoolOptions {
  /** Shared by the processes of one machine: each has a folder of its own in it. */
  readonly root: string
  readonly seal: Seal
  /** Told of a segment of which a part is lost; the file is kept beside the others. */
  readonly onDamage: (path: string, reason: string) => void
  readonly files?: SpoolFiles
  readonly limits?: Partial<SpoolLimits>
}

/** What was read of a segment. */
interface Loaded {
  readonly segment: Segment
  readonly from: number
  readonly to: number
  readonly bytes: Buffer
}

interface Waiting {
  readonly line: string
  readonly length: number
  readonly settle: (kept: Kept) => void
}

export function createSpool(options: SpoolOptions): Spool {
  const { root, seal, onDamage } = options
  const files = options.files ?? diskFiles
  const limits = { ...SPOOL_LIMITS, ...options.limits }

  let folder = ''
  /** Null while it is not open. */
  let release: (() => void) | null = null
  /** Oldest first. */
  let segments: Segment[] = []
  /** The one that is written to, always the newest; null until there is something to write. */
  let active: { segment: Segment; file: SegmentFile } | null = null
  let waiting: Waiting[] = []
  let flushing: Promise<void> | null = null
  let loaded: Loaded | null = null
  let nextNumber = 1

  async function take(paths: readonly string[]): Promise<number> {
    let lines = 0
    for (const path of paths) {
      try {
        const segment = await readSegment(path, files)
        lines += segment.lines
        if (segment.end === 0) await files.remove(path)
        else segments.push(segment)
      } catch (thrown) {
        await setAside(path, reasonOf(thrown))
      }
    }
    segments = segments.toSorted((a, b) => a.number - b.number)
    return lines
  }

  // Never removed: what cannot be read here may be read by someone with better means.
  async function setAside(path: string, reason: string): Promise<void> {
    onDamage(path, reason)
    await files.rename(path, `${path}.damaged`).catch(() => {})
  }

  // Group commit: what comes while one write is at the disk goes into the next.
  async function flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      const kept = await write(encodeLines(group, seal), group.length)
      for (const { settle } of group) settle(kept)
    }
    flushing = null
    // Replayed to its end while it was written to.
    if (active !== null && active.segment.offset === active.segment.end) {
      await remove(active.segment)
    }
  }

  async function write(bytes: Buffer, lines: number): Promise<Kept> {
    if (bytesHeld() + bytes.length > limits.bytes) {
      return { ok: false, reason: `the spool holds its ${limits.bytes} bytes` }
    }
    try {
      const free = await files.freeBytes(folder)
      if (free - bytes.length < limits.reserveBytes) {
        return { ok: false, reason: `the disk of ${root} has ${free} bytes left` }
      }
      active ??= await createSegment()
      const { segment, file } = active
      await file.write(bytes, segment.end)
      await file.sync()
      segment.end += bytes.length
      segment.lines += lines
      if (segment.end >= limits.segmentBytes) await endSegment()
      return { ok: true }
    } catch (thrown) {
      await endSegment()
      return { ok: false, reason: reasonOf(thrown) }
    }
  }

  async function createSegment(): Promise<{ segment: Segment; file: SegmentFile }> {
    const number = nextNumber
    nextNumber += 1
    const path = join(folder, segmentName(number, randomBytes(4).toString('hex')))
    const file = await files.create(path)
    const segment: Segment = { path, number, end: 0, offset: 0, lines: 0, isDamaged: false }
    segments.push(segment)
    active = { segment, file }
    await files.syncFolder(folder)
    return active
  }

  // After a failed sync nobody knows what is on the disk, and a second sync would not say: the file
  // is cut where it was last durable and not written to again.
  async function endSegment(): Promise<void> {
    if (active === null) return
    const { segment, file } = active
    active = null
    try {
      await file.truncate(segment.end)
    } catch {
      // Then the torn tail is found and cut at the next start.
    }
    await file.close().catch(() => {})
    if (segment.offset === segment.end) await remove(segment)
  }

  async function remove(segment: Segment): Promise<void> {
    segments = segments.filter((other) => other !== segment)
    if (loaded?.segment === segment) loaded = null
    if (active?.segment === segment) {
      const { file } = active
      active = null
      await file.close().catch(() => {})
    }
    if (segment.isDamaged) await setAside(segment.path, 'a part of it is lost')
    // What comes back because it could not be removed is replayed once more, which is harmless.
    else await files.remove(segment.path).catch(() => {})
  }

  async function load(segment: Segment): Promise<Loaded> {
    const { offset, end } = segment
    const isThere = loaded?.segment === segment && offset >= loaded.from && offset < loaded.to
    if (loaded !== null && isThere) return loaded
    const bytes = await files.read(segment.path, offset, end)
    return (loaded = { segment, from: offset, to: end, bytes })
  }

  function bytesHeld(): number {
    return segments.reduce((total, segment) => total + segment.end, 0)
  }

  async function adopt(): Promise<number> {
    return release === null ? 0 : take(await adoptSegments(root, folder, files))
  }

  return {
    async open() {
      const claimed = claimFolder(root)
      folder = claimed.folder
      release = claimed.release
      nextNumber = newestNumber(root) + 1
      await files.syncFolder(dirname(root))
      await files.syncFolder(root)
      await take(await listSegments(folder, files))
      await adopt()
    },
    append(line) {
      const length = Buffer.byteLength(line)
      if (length > LONGEST_LINE_BYTES) return refuse(`a line of ${length} bytes is too long`)
      if (release === null) return refuse('the spool is not open')
      return new Promise((settle) => {
        waiting.push({ line, length, settle })
        flushing ??= flush()
      })
    },
    async next(limit) {
      const [segment] = segments
      if (segment === undefined || segment.offset === segment.end) return null
      const { from, to, bytes } = await load(segment)
      if (bytes.length < to - from) segment.isDamaged = true
      const lines: string[] = []
      let at: number | null = segment.offset - from
      while (at !== null && at < bytes.length && lines.length < limit) {
        const frame = readFrame(bytes, at)
        const opened = frame === null ? null : decodeLines(frame.payload, seal)
        if (opened === null) segment.isDamaged = true
        else lines.push(...opened)
        at = frame?.end ?? findFrame(bytes, at + 1)
      }
      return { lines, segment, end: at === null || at >= bytes.length ? to : from + at }
    },
    async done({ segment, end, lines }) {
      // Closed meanwhile: the files may be another process's by now.
      if (release === null) return
      segment.offset = end
      segment.lines = end < segment.end ? segment.lines - lines.length : 0
      // One that is being written to is removed when the write has come to its end.
      if (end < segment.end) return
      if (active?.segment === segment && flushing !== null) return
      await remove(segment)
    },
    adopt,
    async close() {
      const unlock = release
      if (unlock === null) return
      release = null
      await flushing
      await endSegment()
      unlock()
    },
    get isEmpty() {
      return flushing === null && segments.every((segment) => segment.offset === segment.end)
    },
    get lines() {
      return segments.reduce((total, segment) => total + segment.lines, 0)
    },
    get bytes() {
      return bytesHeld()
    },
  }
}

function refuse(reason: string): Promise<Kept> {
  return Promise.resolve({ ok: false, reason })
}
