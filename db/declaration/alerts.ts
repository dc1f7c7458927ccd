import { joinSpans, parseWeekHours } from '#core/week-hours.ts'
import { channelContext } from '../alert-channels.ts'
import type { AlertChannelKind, ChannelSettings } from '../alert-channels.ts'
import { openSecret } from '../gateways.ts'
import type { DeclaredChannel } from './alerts-schema.ts'
import type { Step, StepContext } from './step.ts'
import { NO_STEP, byKey, stepOf } from './step.ts'

interface ChannelRow {
  readonly [column: string]: string | number | string[]
  readonly name: string
  readonly kind: AlertChannelKind
  /** Not sealed. */
  readonly settings: string
  readonly host: string
  readonly kinds: string[]
  readonly associations: string[]
  readonly quiet_hours: string[]
  readonly timezone: string
  readonly language: 'fr' | 'en'
  readonly position: number
}

/** The channels, complete: to one that is no longer declared nothing is sent any more. */
export async function alertChannelStep(context: StepContext): Promise<Step> {
  const { kysely, declaration, seal } = context
  if (declaration.alerts === undefined) return NO_STEP
  await tellUnknownAssociations(context)
  const rows = await kysely
    .selectFrom('house.alert_channel')
    .select(['name', 'kind', 'settings', 'host', 'kinds', 'associations', 'quiet_hours'])
    .select(['timezone', 'language', 'position'])
    .execute()
  const present = rows.map((row): ChannelRow => ({
    ...row,
    settings: openSecret(seal, row.settings, channelContext(row.name)),
  }))
  const desired = declaration.alerts.channels.map(rowOf)
  const sealed = (row: ChannelRow): ChannelRow => ({
    ...row,
    settings: seal.seal(row.settings, channelContext(row.name)),
  })
  return stepOf<ChannelRow>(
    {
      what: 'alert-channel',
      present: byKey(present, ({ name }) => name),
      desired: byKey(desired, ({ name }) => name),
      complete: true,
      hidden: ['settings'],
    },
    {
      insert: (row) => kysely.insertInto('house.alert_channel').values(sealed(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('house.alert_channel')
          .set(sealed(row))
          .where('name', '=', row.name)
          .execute(),
      remove: ({ name }) =>
        kysely.deleteFrom('house.alert_channel').where('name', '=', name).execute(),
    },
  )
}

function rowOf(declared: DeclaredChannel, position: number): ChannelRow {
  const { name, kinds, associations, quiet, language } = declared
  const settings = settingsOf(declared)
  return {
    ...{ name, kind: settings.kind, settings: JSON.stringify(settings), language, position },
    host: 'url' in settings ? new URL(settings.url).host : settings.host,
    kinds: [...new Set(kinds)].toSorted(),
    associations: [...new Set(associations)].toSorted(),
    quiet_hours: quiet?.hours ?? [],
    timezone: quiet?.timezone ?? 'Europe/Paris',
  }
}

function settingsOf(declared: DeclaredChannel): ChannelSettings {
  const ca = declared.ca ?? null
  switch (declared.kind) {
    case 'slack':
    case 'teams':
      return { kind: declared.kind, url: declared.url, ca }
    case 'webhook':
      return { kind: 'webhook', url: declared.url, secret: declared.secret, ca }
    case 'mail': {
      const { host, security, from, to, user = null, password = null } = declared
      const port = declared.port ?? (security === 'tls' ? 465 : security === 'none' ? 25 : 587)
      return { kind: 'mail', host, port, security, user, password, from, to, ca }
    }
    case 'syslog': {
      const { host, transport, format } = declared
      // RFC 5426 §3.3, RFC 6587 (no port of its own), RFC 5425 §4.1.
      const port = declared.port ?? (transport === 'tls' ? 6514 : 514)
      return { kind: 'syslog', host, port, transport, format, ca }
    }
  }
}

async function tellUnknownAssociations(context: StepContext): Promise<void> {
  const { kysely, declaration, problems } = context
  const stored = await kysely.selectFrom('house.association').select('code').execute()
  const known = new Set([...stored, ...(declaration.associations ?? [])].map(({ code }) => code))
  for (const { name, associations } of declaration.alerts?.channels ?? []) {
    for (const code of associations.filter((one) => !known.has(one))) {
      problems.push(`alerts.channels "${name}".associations "${code}" is not declared`)
    }
  }
}

interface OpeningRow {
  readonly [column: string]: string | null | string[]
  readonly site: string | null
  readonly hours: string[]
  readonly timezone: string
}

/**
 * When places are open: those of the declared places, and that of all others with `alerts`. By the clocks
 * of the place; the pages, which are at none, by that of `alerts.timezone`.
 */
export async function openingStep({ kysely, declaration }: StepContext): Promise<Step> {
  const { alerts, sites } = declaration
  if (alerts === undefined && sites === undefined) return NO_STEP
  const codes = new Set(sites?.map(({ code }) => code))
  const rows = await kysely
    .selectFrom('house.opening')
    .select(['site', 'hours', 'timezone'])
    .execute()
  const present = rows.filter(({ site }) =>
    site === null ? alerts !== undefined : codes.has(site),
  )
  const desired: OpeningRow[] = [
    ...(alerts?.opening === undefined
      ? []
      : [{ site: null, hours: alerts.opening, timezone: alerts.timezone }]),
    ...(sites ?? []).flatMap(({ code, opening, timezone }) =>
      opening === undefined ? [] : [{ site: code, hours: opening, timezone }],
    ),
  ]
  const key = ({ site }: OpeningRow): string => site ?? ''
  const written = (row: OpeningRow) => ({ ...row, minutes: multirange(row.hours) })
  return stepOf<OpeningRow>(
    { what: 'opening', present: byKey(present, key), desired: byKey(desired, key), complete: true },
    {
      insert: (row) => kysely.insertInto('house.opening').values(written(row)).execute(),
      update: (row) =>
        kysely
          .updateTable('house.opening')
          .set(written(row))
          .where('site', 'is not distinct from', row.site)
          .execute(),
      remove: ({ site }) =>
        kysely.deleteFrom('house.opening').where('site', 'is not distinct from', site).execute(),
    },
  )
}

function multirange(lines: readonly string[]): string {
  const spans = joinSpans(lines.flatMap((line) => parseWeekHours(line) ?? []))
  return `{${spans.map(({ from, to }) => `[${from},${to})`).join(',')}}`
}
