import type { Clock } from '#core/clock.ts'
import type { Metrics } from '#core/metrics.ts'
import type { DeliveryState } from '#db/alert-deliveries.ts'
import { ALERT_OUTCOMES } from '../portal/alerts/alerts-job.ts'
import type { AlertsJobDeps } from '../portal/alerts/alerts-job.ts'

/** The job runs once in the fleet: what another process has said since, this one does not go on saying. */
const STALE_MS = 3 * 60_000

/** What became of alerts, and what waits, by channel. */
export function measureAlerts(
  metrics: Metrics,
  clock: Clock,
): Pick<AlertsJobDeps, 'report' | 'outcomes'> {
  let known: { readonly at: number; readonly states: readonly DeliveryState[] } = {
    ...{ at: 0, states: [] },
  }
  const each =
    (read: (state: DeliveryState) => number): (() => [string, number][]) =>
    () =>
      known.at < clock() - STALE_MS ? [] : known.states.map((state) => [state.channel, read(state)])
  metrics.gauges(
    'accueil_alerts_waiting',
    'Alerts that a channel has not been told yet, by the process that ran the job last.',
    'channel',
    each(({ waiting }) => waiting),
  )
  metrics.gauges(
    'accueil_alerts_failing',
    'Of those, alerts that the channel did not take.',
    'channel',
    each(({ failing }) => failing),
  )
  return {
    report(states) {
      known = { at: clock(), states }
    },
    outcomes: metrics.counters(
      'accueil_alerts_total',
      'Messages to channels: sent, tries that failed, and those given up after two days.',
      'outcome',
      ALERT_OUTCOMES,
    ),
  }
}
