/** One line of the table: this project and its peer at the same work, one after the other. */
export interface Row {
  readonly work: string
  readonly peer: string
  readonly ours: Measure
  readonly theirs: Measure
  readonly notes?: string
  /** What ours divided by theirs should at least be, per CPU-second; absent where it is only told. */
  readonly goal?: number
  /** Below this something has broken; where it is absent, three quarters of the goal. */
  readonly least?: number
  /** Milliseconds above which our p99 is a failure, whatever the peer's is. */
  readonly mostP99?: number
  /** What ours divided by theirs should at least be, per second of the clock. */
  readonly goalPerSecond?: number
  /** Our p99 is a failure above so much of the peer's p50. */
  readonly shareOfTheirP50?: number
}

export interface Measure {
  readonly answers: number
  readonly seconds: number
  /** utime and stime of the server, and of its Postgres where it wrote to one. */
  readonly cpuSeconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly lost: number
  /** Answers that were not the right ones: anything but 0 makes the row worthless. */
  readonly wrong: number
  readonly residentMiB?: number
}

export function perCpuSecond({ answers, cpuSeconds }: Measure): number {
  return answers / cpuSeconds
}

/** A run on a busy machine may be so much below: less is a regression and no noise. */
const ROOM = 0.75

/** The rows in which something has broken, by more than noise, or whose answers were not right. */
export function missedRows(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => {
    const { work, peer, goal = 0, least = goal * ROOM, ours, theirs } = row
    const { goalPerSecond = 0, shareOfTheirP50 = Number.POSITIVE_INFINITY } = row
    const mostP99 = Math.min(row.mostP99 ?? Number.POSITIVE_INFINITY, shareOfTheirP50 * theirs.p50)
    const { perCpuSecond, perSecond } = ratiosOf(row)
    const wrong = ours.wrong + theirs.wrong
    return [
      ...(wrong > 0 ? [`${work}: ${wrong} answers were not the right ones`] : []),
      ...(perCpuSecond < least
        ? [`${work}: ${perCpuSecond.toFixed(2)} times ${peer}, which is below ${least.toFixed(2)}`]
        : []),
      ...(perSecond < goalPerSecond * ROOM
        ? [
            `${work}: ${perSecond.toFixed(2)} times ${peer} per second, of ${goalPerSecond} that should be`,
          ]
        : []),
      ...(ours.p99 > mostP99
        ? [`${work}: p99 is ${ours.p99.toFixed(1)} ms, which is above ${mostP99.toFixed(1)} ms`]
        : []),
    ]
  })
}

export function printRows(rows: readonly Row[]): void {
  const table = rows.flatMap((row) => [
    { ...line(row.work, 'accueil', row.ours, ratiosOf(row)), goal: row.goal?.toFixed(2) ?? '' },
    line('', row.peer, row.theirs, { perCpuSecond: 1, perSecond: 1 }),
  ])
  console.table(table)
  for (const { work, notes } of rows) if (notes !== undefined) console.log(`${work}: ${notes}`)
}

interface Ratios {
  readonly perCpuSecond: number
  readonly perSecond: number
}

/** Ours divided by theirs. */
export function ratiosOf({ ours, theirs }: Row): Ratios {
  return {
    perCpuSecond: perCpuSecond(ours) / perCpuSecond(theirs),
    perSecond: ours.answers / ours.seconds / (theirs.answers / theirs.seconds),
  }
}

function line(work: string, who: string, m: Measure, ratios: Ratios): Record<string, string> {
  return {
    work,
    who,
    'answers/CPU-second': Math.round(perCpuSecond(m)).toLocaleString('en'),
    ratio: ratios.perCpuSecond.toFixed(2),
    'answers/s': Math.round(m.answers / m.seconds).toLocaleString('en'),
    'ratio/s': ratios.perSecond.toFixed(2),
    'p50 ms': m.p50.toFixed(2),
    'p99 ms': m.p99.toFixed(2),
    lost: `${m.lost}`,
    wrong: `${m.wrong}`,
    MiB: m.residentMiB === undefined ? '' : `${m.residentMiB}`,
  }
}
