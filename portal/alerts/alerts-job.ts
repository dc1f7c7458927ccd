import type { Clock } from '#core/clock.ts'
import type { Counter } from '#core/metrics.ts'
import type { Seal } from '#core/seal.ts'
import { loadAlertChannels } from '#db/alert-channels.ts'
import type { AlertChannel } from '#db/alert-channels.ts'
import {
  deliveryStates,
  dueDeliveries,
  noteFailure,
  noteSent,
  postpone,
  queueDeliveries,
  removeOldAlerts,
} from '#db/alert-deliveries.ts'
import type { DeliveryState, DueDelivery } from '#db/alert-deliveries.ts'
import { ALERT_LIMITS } from '#db/alert-limits.ts'
import { URGENT_KINDS } from '#db/alerts.ts'
import type { Database } from '#db/connection.ts'
import type { Job } from '#db/jobs.ts'
import { loadSender } from '#db/organisation.ts'
import { alertMessage } from './alert-message.ts'
import type { AlertMessage } from './alert-message.ts'
import { quietUntil } from './quiet-hours.ts'
import { sendAlert } from './send-alert.ts'
import type { SendOutcome } from './send-limits.ts'
import { jobPart } from '#db/job-lines.ts'

const EVERY_MS = 10_000
/** A slow receiver must not keep the other jobs waiting: the rest of it is the next run's. */
const RUN_MS = 30_000

export type AlertOutcome = 'sent' | 'failed' | 'given-up'
export const ALERT_OUTCOMES: readonly AlertOutcome[] = ['sent', 'failed', 'given-up']

export interface AlertsJobDeps {
  readonly database: Database
  readonly seal: Seal
  readonly publicUrl: URL
  readonly clock: Clock
  /** Absent: by `sendAlert`. */
  readonly send?: (channel: AlertChannel, message: AlertMessage, at: number) => Promise<SendOutcome>
  /** How it stands after a run. */
  readonly report: (states: readonly DeliveryState[]) => void
  readonly outcomes: Readonly<Record<AlertOutcome, Pick<Counter, 'inc'>>>
}

interface Told {
  sent: number
  failed: number
  quiet: number
}

/** Tells each channel what it is to hear. Once in the fleet; a receiver may hear the same twice, never not. */
export function alertsJob(deps: AlertsJobDeps): Job {
  const { database, seal, clock } = deps
  return {
    name: 'alerts',
    everyMs: EVERY_MS,
    async run() {
      await removeOldAlerts(database)
      const channels = await loadAlertChannels(database, seal)
      if (channels.length === 0) {
        deps.report([])
        return jobPart('noChannel', {})
      }
      const { timezone } = await loadSender(database)
      await queueDeliveries(database, new Date(clock()))
      const due = await dueDeliveries(database, new Date(clock()))
      const told: Told = { sent: 0, failed: 0, quiet: 0 }
      // Beside one another: one that hangs is no reason to tell the others late.
      await Promise.all(
        channels.map((channel) =>
          tellChannel(
            { ...deps, zone: timezone },
            channel,
            due.filter((one) => one.channel === channel.name),
            told,
          ),
        ),
      )
      deps.report(await deliveryStates(database))
      return jobPart('alerts', { ...told })
    },
  }
}

async function tellChannel(
  deps: AlertsJobDeps & { readonly zone: string },
  channel: AlertChannel,
  due: readonly DueDelivery[],
  told: Told,
): Promise<void> {
  const { database, clock, publicUrl, outcomes, zone, send = sendAlert } = deps
  const endsAt = clock() + RUN_MS
  const quiet = quietUntil(channel, clock())
  for (const delivery of due) {
    const { alert } = delivery
    if (quiet !== null && !URGENT_KINDS.includes(alert.kind)) {
      told.quiet += 1
      await postpone(database, delivery, new Date(quiet))
      continue
    }
    if (clock() > endsAt) return
    const message = alertMessage(alert, { language: channel.language, zone, publicUrl })
    const outcome = await send(channel, message, clock())
    const at = new Date(clock())
    if (outcome.ok) {
      await noteSent(database, delivery, at)
      outcomes.sent.inc()
      told.sent += 1
      continue
    }
    const next = new Date(at.getTime() + pauseMs(delivery, outcome))
    const isGone = await noteFailure(database, delivery, { reason: outcome.reason, at, next })
    outcomes[isGone ? 'given-up' : 'failed'].inc()
    told.failed += 1
    // It is away, or has had enough: what waits behind it waits as long.
    for (const other of due.slice(due.indexOf(delivery) + 1)) await postpone(database, other, next)
    return
  }
}

function pauseMs(
  { attempts }: Pick<DueDelivery, 'attempts'>,
  { retryAfterMs }: Extract<SendOutcome, { ok: false }>,
): number {
  const { firstPauseMs, longestPauseMs } = ALERT_LIMITS
  const own = Math.min(firstPauseMs * 2 ** Math.min(attempts, 10), longestPauseMs)
  return Math.max(own, retryAfterMs ?? 0)
}
