import type { Counter, Metrics } from '#core/metrics.ts'
import { DIRECTORY_REFUSALS } from './verdict.ts'
import type { DirectoryRefusal } from './verdict.ts'

const OUTCOMES = ['accepted', ...DIRECTORY_REFUSALS] as const

/** What an operator sees of the directories of one part. */
export interface DirectoryMetrics {
  /** Of one question to a server, answered or not. */
  readonly seconds: { observe(seconds: number): void }
  readonly outcomes: Readonly<Record<'accepted' | DirectoryRefusal, Counter>>
  readonly connects: Counter
  readonly connectFailures: Counter
  readonly groupsCut: Counter
}

const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2]

/** `prefix` is that of the part: `accueil_radius`. */
export function createDirectoryMetrics(metrics: Metrics, prefix: string): DirectoryMetrics {
  return {
    seconds: metrics.histogram(
      `${prefix}_directory_seconds`,
      'Time of one question to a directory server, in seconds.',
      BUCKETS,
    ),
    outcomes: metrics.counters(
      `${prefix}_directory_logins_total`,
      'What directories were asked about people, by what came of it.',
      'outcome',
      OUTCOMES,
    ),
    connects: metrics.counter(
      `${prefix}_directory_connects_total`,
      'Connections opened to directory servers.',
    ),
    connectFailures: metrics.counter(
      `${prefix}_directory_connect_failures_total`,
      'Connections to directory servers that did not come about.',
    ),
    groupsCut: metrics.counter(
      `${prefix}_directory_groups_cut_total`,
      'Logins of people with more groups than are looked at: the others do not count.',
    ),
  }
}
