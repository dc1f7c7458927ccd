import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunFolder } from '../../support/peers/run-folder.ts'
import { loadYear } from './load.ts'
import { measureSearches } from './searches.ts'
import type { SearchRow } from './searches.ts'
import { HOUSE } from './sessions.ts'
import { bytesARow, ourSize, radacctSize } from './size.ts'
import type { Size } from './size.ts'
import { measureWriters } from './writers.ts'
import type { WritersRow } from './writers.ts'

export const YEAR_ROWS = { whole: 130_000_000, small: 1_000_000 } as const

const GOALS = {
  /** Of radacct's bytes. */
  size: 0.5,
  /** Days that an instant reads: its own, the one before, those with long connections, those still open. */
  instant: 20,
  /** Milliseconds; asserted with so much room that only another plan can miss it. */
  searchP95: 100,
  drop: 1000,
  room: 10,
} as const

export interface YearReport {
  readonly rows: number
  readonly loadSeconds: number
  readonly ours: Size
  readonly radacct: Size
  readonly ratio: number
  readonly searches: readonly SearchRow[]
  readonly writers: readonly WritersRow[]
  /** A sentence each. */
  readonly missed: readonly string[]
}

/** A year of the log: what a row takes beside FreeRADIUS, what a search reads, what a drop holds up. */
export async function measureYear(folder: RunFolder, rows: number): Promise<YearReport> {
  const dataDir = join(folder.path, 'year')
  mkdirSync(dataDir)
  const year = await loadYear(dataDir, rows, Date.now())
  try {
    console.log(`# a year of ${year.rows} rows was written in ${Math.round(year.seconds)} s`)
    const ours = await ourSize(year)
    const radacct = await radacctSize(year)
    const searches = await measureSearches(year)
    const writers = await measureWriters(year)
    const ratio = bytesARow(ours) / bytesARow(radacct)
    const figures = { ratio, searches, writers }
    const measured = { rows: year.rows, loadSeconds: year.seconds, ours, radacct, ...figures }
    return { ...measured, missed: misses(figures) }
  } finally {
    await year.close()
  }
}

function misses({
  ratio,
  searches,
  writers,
}: Pick<YearReport, 'ratio' | 'searches' | 'writers'>): readonly string[] {
  const missed: string[] = []
  if (ratio > GOALS.size) missed.push(`a row takes ${ratio.toFixed(2)} of radacct's`)
  for (const { what, p95, mostPartitions } of searches) {
    if (what.includes('instant') && mostPartitions > GOALS.instant) {
      missed.push(`${what}: ${mostPartitions} days are read`)
    }
    if (what.includes('never') && mostPartitions > HOUSE.days / 4) {
      missed.push(`${what}: ${mostPartitions} days are read`)
    }
    if (p95 > GOALS.searchP95 * GOALS.room) missed.push(`${what}: p95 is ${Math.round(p95)} ms`)
  }
  for (const { what, took, writes } of writers) {
    if (writes === 0) missed.push(`${what}: nothing was written meanwhile`)
    if (what.includes('dropped') && (took ?? 0) > GOALS.drop * GOALS.room) {
      missed.push(`${what}: it took ${took} ms`)
    }
  }
  return missed
}

export function printYear(report: YearReport): void {
  const { rows, ours, radacct, ratio, searches, writers, missed } = report
  const size = (who: string, s: Size): Record<string, string> => ({
    who,
    rows: s.rows.toLocaleString('en'),
    'bytes a row': bytesARow(s).toFixed(0),
    table: s.table.toFixed(0),
    indexes: s.indexes.toFixed(0),
  })
  console.log(
    `A year of ${rows.toLocaleString('en')} rows; a day of it beside FreeRADIUS: ${ratio.toFixed(2)}`,
  )
  console.table([size('log.connection_row', ours), size('FreeRADIUS, radacct', radacct)])
  console.table(
    searches.map((row) => ({
      search: row.what,
      'p50 ms': row.p50.toFixed(1),
      'p95 ms': row.p95.toFixed(1),
      'p95 ms, new connection': row.freshP95.toFixed(1),
      rows: row.rows,
      'days read': `${row.partitions}, at most ${row.mostPartitions}`,
    })),
  )
  console.table(
    writers.map((row) => ({
      'while writing': row.what,
      'took ms': row.took === null ? '' : row.took.toFixed(0),
      'writes meanwhile': row.writes,
      'p50 ms': row.p50.toFixed(1),
      'longest ms': row.longest.toFixed(1),
    })),
  )
  for (const sentence of missed) console.log(`MISSED ${sentence}`)
}
