import type { Counter, Metrics } from '#core/metrics.ts'
import { CONTROLLER_FAILURES } from './gateways/call-controller.ts'
import type { ControllerFailure } from './gateways/call-controller.ts'
import { FILTER_OUTCOMES } from './filter/ask-filter.ts'
import { REFUSAL_REASONS } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'

const PAGES = [
  'accessibility',
  'blocked',
  'connected',
  'device',
  'failure',
  'help',
  'home',
  'not-blocked',
  'not-found',
  'notice',
  'opening',
  'poster',
  'read-terms',
  'receipt',
  'refusal',
  'renewal',
  'staff',
  'terms',
  'terms-text',
  'unavailable',
  'unblock-sent',
] as const

const POLL_ASKS = ['clear', 'list', 'acknowledge', 'ended', 'custom', 'malformed'] as const
type PollAsk = (typeof POLL_ASKS)[number]

export type PageName = (typeof PAGES)[number]

export interface Counters {
  readonly pages: Readonly<Record<PageName, Counter>>
  readonly refusals: Readonly<Record<RefusalReason, Counter>>
  readonly acceptances: Counter
  readonly returns: Counter
  readonly internalGrants: Counter
  readonly polls: Readonly<Record<PollAsk, Counter>>
  readonly controllerFailures: Readonly<Record<ControllerFailure, Counter>>
  readonly databaseFailures: Counter
  readonly filterQuestions: Readonly<Record<(typeof FILTER_OUTCOMES)[number], Counter>>
  readonly unblockRequests: Readonly<Record<'kept' | 'enough', Counter>>
  readonly waitingDropped: Counter
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
    returns: metrics.counter(
      'accueil_portal_returns_total',
      'Devices let in without a page, by a grant that lasts',
    ),
    internalGrants: metrics.counter(
      'accueil_portal_internal_grants_total',
      'Devices that their owners let into an internal network by signing in',
    ),
    polls: metrics.counters(
      'accueil_portal_polls_total',
      'Questions of gateways that poll (openNDS AuthMon)',
      'ask',
      POLL_ASKS,
    ),
    controllerFailures: metrics.counters(
      'accueil_portal_controller_failures_total',
      'Questions that a controller did not answer, by reason',
      'reason',
      CONTROLLER_FAILURES,
    ),
    databaseFailures: metrics.counter(
      'accueil_portal_database_failures_total',
      'Questions and writes that the database did not answer in time',
    ),
    filterQuestions: metrics.counters(
      'accueil_portal_filter_questions_total',
      'Names that the DNS filter was asked about for a block page, by what came of it',
      'outcome',
      FILTER_OUTCOMES,
    ),
    unblockRequests: metrics.counters(
      'accueil_portal_unblock_requests_total',
      'Requests to unblock a name, kept or more than anybody reads',
      'outcome',
      ['kept', 'enough'],
    ),
    waitingDropped: metrics.counter(
      'accueil_portal_waiting_dropped_total',
      'Devices that wait for the terms and are not shown to helpers: too many at once',
    ),
    probes: metrics.counters(
      'accueil_portal_probes_total',
      'Connectivity checks of operating systems, by answer',
      'answer',
      ['online', 'captive'],
    ),
  }
}
