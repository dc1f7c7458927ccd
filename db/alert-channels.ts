import type { Seal } from '#core/seal.ts'
import type { AlertKind } from './alerts.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

export type AlertChannelKind = 'slack' | 'teams' | 'webhook' | 'mail' | 'syslog'

/** Where a channel leads, with its secrets: sealed as a whole. `ca` is PEM, null for those of Node. */
export type ChannelSettings =
  | { readonly kind: 'slack' | 'teams'; readonly url: string; readonly ca: string | null }
  | {
      readonly kind: 'webhook'
      readonly url: string
      readonly ca: string | null
      readonly secret: string
    }
  | MailSettings
  | SyslogSettings

export interface MailSettings {
  readonly kind: 'mail'
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly user: string | null
  readonly password: string | null
  readonly from: string
  readonly to: readonly string[]
  readonly ca: string | null
}

export interface SyslogSettings {
  readonly kind: 'syslog'
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly format: 'rfc5424' | 'json'
  readonly ca: string | null
}

export interface AlertChannel {
  readonly name: string
  readonly settings: ChannelSettings
  readonly language: 'fr' | 'en'
  /** Empty: none. As `parseWeekHours` reads them, by the clocks of `timezone`. */
  readonly quietHours: readonly string[]
  readonly timezone: string
  /** Empty: all. */
  readonly kinds: readonly AlertKind[]
}

export function channelContext(name: string): string {
  return `alert-channel:${name}`
}

/** In the order in which they were declared. */
export async function loadAlertChannels(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<readonly AlertChannel[]> {
  const rows = await kysely
    .selectFrom('house.alert_channel')
    .select(['name', 'settings', 'language', 'quiet_hours', 'timezone', 'kinds'])
    .orderBy('position')
    .execute()
  return rows.map(({ name, settings, language, quiet_hours, timezone, kinds }) => ({
    ...{ name, language, timezone, quietHours: quiet_hours, kinds: kinds as AlertKind[] },
    settings: JSON.parse(openSecret(seal, settings, channelContext(name))) as ChannelSettings,
  }))
}
