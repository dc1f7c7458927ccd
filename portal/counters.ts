import type { Counter, Metrics } from '#core/metrics.ts'
import { REFUSAL_REASONS } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'

const PAGES = [
  'accessibility',
  'connected',
  'device',
  'failure',
  'help',
  'home',
  'not-found',
  'notice',
  'poster',
  'read-terms',
  'refusal',
  'terms',
  'unavailable',
] as const

export type PageName = (typeof PAGES)[number]

export interface Counters {
  readonly pages: Readonly<Record<PageName, Counter>>
  readonly refusals: Readonly<Record<RefusalReason, Counter>>
  readonly acceptances: Counter
  readonly databaseFailures: Counter
  readonly probes: Readonly<Record<'online' | 'captive', Counter>>
}

export function createCounters(metrics: Metrics): Counters {
  return {
    pages: metrics.counters('accueil_portal_pages_total', 'Pages sent', 'page', PAGES),
    refusals: metrics.counters(
      'accueil_portal_refusals_total',
      'Requests that could not be served, by reason',
      'reason',
      REFUSAL_REASONS,
    ),
    acceptances: metrics.counter(
      'accueil_portal_acceptances_total',
      'Acceptances of the terms written to the database',
    ),
    databaseFailures: metrics.counter(
      'accueil_portal_database_failures_total',
      'Questions and writes that the database did not answer in time',
    ),
    probes: metrics.counters(
      'accueil_portal_probes_total',
      'Connectivity checks of operating systems, by answer',
      'answer',
      ['online', 'captive'],
    ),
  }
}
