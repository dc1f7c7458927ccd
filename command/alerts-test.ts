import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import { loadAlertChannels } from '#db/alert-channels.ts'
import type { AlertChannelKind } from '#db/alert-channels.ts'
import { writeAudit } from '#db/audit.ts'
import type { Database } from '#db/connection.ts'
import { loadSender } from '#db/organisation.ts'
import { testMessage } from '../portal/alerts/alert-message.ts'
import { sendAlert } from '../portal/alerts/send-alert.ts'
import type { SendOutcome } from '../portal/alerts/send-limits.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, requireOwner, withHouse } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

/** `alerts test CHANNEL`: sends a message now, whatever the hour, and says what came of it. */
export async function runAlertsTest(args: readonly string[]): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
  const [name, second] = positionals
  if (name === undefined || second !== undefined) throw new UsageError('give the name of a channel')
  return withHouse('alerts test', async ({ config, database, seal }) => {
    await requireMigrated(database)
    await requireOwner(database)
    const { kind, outcome } = await tryChannel(
      { database, seal, publicUrl: config.publicUrl, actor: cliActor(), now: Date.now() },
      name,
    )
    if (outcome.ok) {
      console.log(`${name} (${kind}) took the message. See whether it arrived.`)
      return 0
    }
    console.error(`accueil: ${name} (${kind}) did not take it: ${outcome.reason}`)
    return EXIT_FAILED
  })
}

/** One message to one channel, in no queue and in no quiet hours. */
export async function tryChannel(
  by: {
    readonly database: Database
    readonly seal: Seal
    readonly publicUrl: URL
    readonly actor: string
    readonly now: number
  },
  name: string,
): Promise<{ readonly kind: AlertChannelKind; readonly outcome: SendOutcome }> {
  const channels = await loadAlertChannels(by.database, by.seal)
  const channel = channels.find((one) => one.name === name)
  if (channel === undefined) {
    const names = channels.map((one) => one.name).join(', ')
    throw new AppError(
      'alerts',
      `there is no channel "${name}"; ${names === '' ? 'declare one: alerts.channels in a file of apply' : `there are: ${names}`}`,
    )
  }
  const { language, settings } = channel
  const { timezone: zone } = await loadSender(by.database)
  const message = testMessage(new Date(by.now), { language, zone, publicUrl: by.publicUrl })
  const outcome = await sendAlert(channel, message, by.now)
  await writeAudit(by.database.kysely, {
    ...{ actor: by.actor, action: 'alerts.test', subject: `alert-channel ${name}`, reason: null },
    details: { ok: outcome.ok },
  })
  return { kind: settings.kind, outcome }
}
