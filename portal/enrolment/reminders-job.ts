import type { Clock } from '#core/clock.ts'
import { AppError } from '#core/error.ts'
import type { Counter } from '#core/metrics.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { dueReminders, noteReminded, reminderMail } from '#db/device-reminders.ts'
import type { Job } from '#db/jobs.ts'
import { loadSender } from '#db/organisation.ts'
import { openMail } from '../alerts/mail.ts'
import { reminderMessage } from './reminder-message.ts'
import { jobPart } from '#db/job-lines.ts'

const HOUR_MS = 3_600_000
/** A slow mail server must not keep the other jobs waiting: the rest is the next run's. */
const RUN_MS = 60_000
/** After so many in one run it is not one message that is wrong. */
const MOST_FAILURES = 3

export const REMINDER_OUTCOMES = ['sent', 'refused', 'failed'] as const
type ReminderOutcome = (typeof REMINDER_OUTCOMES)[number]

/** Tells owners of devices by mail that their time is nearly over, a month before and a week before. */
export function deviceRemindersJob(deps: {
  readonly database: Database
  readonly seal: Seal
  readonly publicUrl: URL
  readonly clock: Clock
  readonly outcomes: Readonly<Record<ReminderOutcome, Pick<Counter, 'inc'>>>
}): Job {
  const { database, seal, publicUrl, clock, outcomes } = deps
  return {
    name: 'device reminders',
    everyMs: HOUR_MS,
    async run() {
      const settings = await reminderMail(database, seal)
      if (settings === null) return jobPart('noReminders', {})
      const endsAt = clock() + RUN_MS
      const sender = await loadSender(database)
      const due = await dueReminders(database, new Date(clock()))
      const mail = openMail(settings)
      const told = { sent: 0, refused: 0, failed: 0 }
      let failure = ''
      try {
        for (const reminder of due) {
          if (clock() > endsAt || told.failed >= MOST_FAILURES) break
          const message = reminderMessage(reminder, { sender, publicUrl, now: clock() })
          const outcome = await mail.send({ ...message, to: [reminder.mail] })
          // Of an address that the server refuses for good there is no use in asking again.
          const kind = outcome.ok ? 'sent' : outcome.isFinal ? 'refused' : 'failed'
          told[kind] += 1
          outcomes[kind].inc()
          const reason = outcome.ok ? null : outcome.reason
          if (kind === 'failed') failure = reason ?? ''
          else await noteReminded(database, reminder, new Date(clock()), reason)
        }
      } finally {
        mail.close()
      }
      if (told.failed > 0) {
        throw new AppError(
          'reminders',
          `the mail server ${settings.host}:${settings.port} took no reminder: ${failure}; ${told.sent} people were told; try the channel with npx accueil alerts test`,
        )
      }
      return jobPart('reminders', { people: told.sent, refused: told.refused })
    },
  }
}
