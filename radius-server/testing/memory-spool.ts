import type { Segment } from '#core/spool-folder.ts'
import type { Kept, Spool } from '#core/spool.ts'

/** A spool for tests that shows its lines and refuses when it is told to. */
export interface MemorySpool extends Pick<
  Spool,
  'append' | 'next' | 'done' | 'isEmpty' | 'lines' | 'bytes'
> {
  readonly kept: string[]
  /** What it says instead of taking a line. */
  refusal: string | null
}

export function createMemorySpool(): MemorySpool {
  const kept: string[] = []
  let appending = 0
  const segment: Segment = { path: '', number: 1, end: 0, offset: 0, lines: 0, isDamaged: false }
  return {
    kept,
    refusal: null,
    async append(line): Promise<Kept> {
      appending += 1
      await new Promise((resolve) => setImmediate(resolve))
      appending -= 1
      if (this.refusal !== null) return { ok: false, reason: this.refusal }
      kept.push(line)
      return { ok: true }
    },
    next(limit) {
      const lines = kept.slice(0, limit)
      return Promise.resolve(lines.length === 0 ? null : { lines, segment, end: lines.length })
    },
    done({ lines }) {
      kept.splice(0, lines.length)
      return Promise.resolve()
    },
    get isEmpty() {
      return kept.length === 0 && appending === 0
    },
    get lines() {
      return kept.length
    },
    get bytes() {
      return kept.join('').length
    },
  }
}
