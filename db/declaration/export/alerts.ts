import { channelContext } from '../../alert-channels.ts'
import type { ChannelSettings } from '../../alert-channels.ts'
import { openSecret } from '../../gateways.ts'
import { said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

/** When the house is open, and whom it tells of what. */
export async function writeAlerts(writing: Writing): Promise<Said | undefined> {
  const { kysely, seal } = writing
  const opening = await kysely
    .selectFrom('house.opening')
    .select(['hours', 'timezone'])
    .where('site', 'is', null)
    .executeTakeFirst()
  const rows = await kysely
    .selectFrom('house.alert_channel')
    .selectAll()
    .orderBy('position')
    .execute()
  if (opening === undefined && rows.length === 0) return undefined
  return said({
    opening: opening?.hours,
    timezone: opening?.timezone,
    channels: rows.map(({ name, settings, ...row }) => ({
      name,
      ...settingsOf(
        writing,
        JSON.parse(openSecret(seal, settings, channelContext(name))) as ChannelSettings,
      ),
      ...said({
        kinds: row.kinds,
        associations: row.associations,
        quiet: row.quiet_hours.length > 0 && { hours: row.quiet_hours, timezone: row.timezone },
      }),
      language: row.language,
    })),
  })
}

/** The address of Slack and Teams is the secret by which one may write there. */
function settingsOf({ secret }: Writing, settings: ChannelSettings): Said {
  const { ca, ...rest } = settings
  const hidden = {
    ...('url' in rest && { url: secret('alerts.channels.*.url', rest.url) }),
    ...('secret' in rest && { secret: secret('alerts.channels.*.secret', rest.secret) }),
    ...('password' in rest &&
      rest.password !== null && {
        password: secret('alerts.channels.*.password', rest.password),
      }),
  }
  return said({ ...rest, ...hidden, ca })
}
