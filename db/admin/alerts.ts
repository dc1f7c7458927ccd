import type postgres from 'postgres'
import type { AlertChannelKind } from '../alert-channels.ts'
import { alertColumns } from '../alerts.ts'
import type { Alert, AlertKind } from '../alerts.ts'

/** Whom alerts are sent to, and how that goes. */
export interface SeenChannel {
  readonly name: string
  readonly kind: AlertChannelKind
  readonly host: string
  /** Empty: all. */
  readonly kinds: readonly AlertKind[]
  readonly associations: readonly string[]
  readonly quietHours: readonly string[]
  readonly timezone: string
  readonly language: 'fr' | 'en'
  readonly waiting: number
  readonly sentAt: Date | null
  /** Of what waits; null: nothing went wrong. */
  readonly failure: string | null
  readonly nextAt: Date | null
}

export async function listAlertChannels(
  sql: postgres.TransactionSql,
): Promise<readonly SeenChannel[]> {
  return sql<SeenChannel[]>`
    select c.name, c.kind, c.host, c.kinds, c.associations, c.quiet_hours as "quietHours", c.timezone,
           c.language, d.waiting, d."sentAt", d.failure, d."nextAt"
    from house.alert_channel c
    cross join lateral (
      select count(*) filter (where w.sent_at is null and w.gave_up_at is null)::int as waiting,
             max(w.sent_at) as "sentAt",
             min(w.next_at) filter (where w.failure is not null and w.sent_at is null
               and w.gave_up_at is null) as "nextAt",
             (array_agg(w.failure order by w.next_at desc) filter (where w.failure is not null
               and w.sent_at is null and w.gave_up_at is null))[1] as failure
      from house.alert_delivery w where w.channel = c.name
    ) d
    order by c.position`
}

export interface SeenAlert extends Alert {
  readonly deliveries: readonly {
    readonly channel: string
    readonly state: 'sent' | 'waits' | 'failed' | 'given-up'
  }[]
}

/** Newest first. */
export async function listAlerts(
  sql: postgres.TransactionSql,
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<readonly SeenAlert[]> {
  return sql<SeenAlert[]>`
    select ${alertColumns(sql)},
           coalesce((
             select jsonb_agg(jsonb_build_object('channel', d.channel, 'state', case
               when d.sent_at is not null then 'sent' when d.gave_up_at is not null then 'given-up'
               when d.failure is not null then 'failed' else 'waits' end) order by d.channel)
             from house.alert_delivery d where d.alert = a.id), '[]') as deliveries
    from house.alert a left join house.site s on s.code = a.site
    where ${before}::bigint is null or a.id < ${before}::bigint
    order by a.id desc limit ${rows}`
}

/** Alerts name people: who looked is known, once for all its pages. */
export async function recordAlertLook(
  sql: postgres.TransactionSql,
  actor: string,
  reason: string | null = null,
): Promise<void> {
  await sql`
    insert into audit.entry (actor, action, subject, reason, details)
    values (${actor}, 'alerts.read', 'house.alert', ${reason}, '{}')`
}
