import type { Drill, Report } from './given.ts'
import type { Felt, Kind } from './people.ts'

/** What came of a drill; a failure is told in words. */
export interface Outcome {
  readonly drill: Drill
  readonly report: Report | string
  readonly tookMs: number
}

export function isPassed({ report }: Outcome): boolean {
  return (
    typeof report !== 'string' &&
    report.lost.length === 0 &&
    report.split.length === 0 &&
    report.throughout.every((kind) => (report.felt[kind]?.failed ?? 0) === 0)
  )
}

/** All that is known of one, as soon as it is over. */
export function detailsOf(outcome: Outcome): string {
  const { drill, report, tookMs } = outcome
  const lines = [`\n${isPassed(outcome) ? 'ok     ' : 'NOT OK '}${drill.name}: ${drill.broken}`]
  if (typeof report === 'string') return [...lines, report].join('\n')
  lines.push(`  how long   ${report.took}`)
  for (const [kind, felt] of Object.entries(report.felt)) {
    const { asked, again, failed, worstMs } = felt
    lines.push(
      `  felt       ${kind}: ${asked} asked, ${again} of them again, ${failed} not served, the longest wait ${secondsOf(worstMs)}`,
    )
  }
  lines.push(`  lost       ${report.lost.length} of ${report.acknowledged} that were acknowledged`)
  if (report.lost.length > 0) lines.push(`             ${report.lost.slice(0, 10).join(' ')}`)
  if (report.split.length > 0) {
    lines.push(
      `  in two rows ${report.split.length} sessions: ${report.split.slice(0, 10).join(' ')}`,
    )
  }
  lines.push(`  (${secondsOf(tookMs)} with load and proof)`)
  return lines.join('\n')
}

/** The table of docs/operate.md. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { drill, report } = outcome
    if (typeof report === 'string') return [drill.broken, 'FAILED: see above', '', '', '']
    const { felt, took, lost, split, acknowledged } = report
    return [
      isPassed(outcome) ? drill.broken : `NOT OK: ${drill.broken}`,
      took,
      feltBy(felt, (kind) => kind !== 'acceptance'),
      feltBy(felt, (kind) => kind === 'acceptance'),
      `${lost.length} of ${acknowledged.toLocaleString('en')}${split.length === 0 ? '' : `; ${split.length} sessions in two rows`}`,
    ]
  })
  const head = ['What was broken', 'How long', 'Felt by staff, devices, names', 'By guests', 'Lost']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function feltBy(
  felt: Readonly<Partial<Record<Kind, Felt>>>,
  isMeant: (kind: Kind) => boolean,
): string {
  const all = Object.entries(felt).filter(([kind]) => isMeant(kind as Kind))
  if (all.length === 0) return ''
  const sum = (of: (one: Felt) => number): number => all.reduce((n, [, one]) => n + of(one), 0)
  const worst = Math.max(...all.map(([, { worstMs }]) => worstMs))
  const again = sum((one) => one.again)
  const failed = sum((one) => one.failed)
  return [
    `at most ${secondsOf(worst)}`,
    ...(again > 0 ? [`${again} of ${sum((one) => one.asked)} asked again`] : []),
    ...(failed > 0 ? [`${failed} not served`] : []),
  ].join(', ')
}

function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
