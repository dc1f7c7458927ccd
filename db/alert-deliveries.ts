import { ALERT_DAYS, ALERT_LIMITS } from './alert-limits.ts'
import { alertColumns } from './alerts.ts'
import type { Alert } from './alerts.ts'
import type { Database } from './connection.ts'

/** An alert that a channel is to be told of now. */
export interface DueDelivery {
  readonly channel: string
  /** Tries that failed. */
  readonly attempts: number
  /** Null: for the first time. Else how many there were when it was told. */
  readonly told: number | null
  readonly alert: Alert
}

type Sql = Pick<Database, 'sql'>

/**
 * What each channel is to be told of: what is new since the channel is there, and once more, with the whole
 * number, what went on after it was told and is over now.
 */
export async function queueDeliveries({ sql }: Sql, now: Date): Promise<void> {
  await sql`
    insert into house.alert_delivery (alert, channel, next_at)
    select a.id, c.name, ${now} from house.alert a
    join house.alert_channel c on a.first_at >= c.since
      and (cardinality(c.kinds) = 0 or a.kind = any (c.kinds))
      and (cardinality(c.associations) = 0 or a.association = any (c.associations))
    where a.first_at > now() - ${ALERT_LIMITS.giveUpAfter}::interval
    on conflict do nothing`
  await sql`
    update house.alert_delivery d set sent_at = null, next_at = ${now}, attempts = 0
    from house.alert a
    where a.id = d.alert and d.sent_at is not null and a.count > d.told
      and a.first_at between ${now}::timestamptz - interval '2 days'
                         and ${now}::timestamptz - interval '1 hour'`
}

/** For each channel the oldest, a batch at most. */
export async function dueDeliveries({ sql }: Sql, now: Date): Promise<readonly DueDelivery[]> {
  const rows = await sql<(Alert & Omit<DueDelivery, 'alert'>)[]>`
    select d.channel, d.attempts, d.told::float8, ${alertColumns(sql)}
    from (
      select w.*, row_number() over (partition by w.channel order by w.alert) as place
      from house.alert_delivery w
      where w.sent_at is null and w.gave_up_at is null and w.next_at <= ${now}
    ) d
    join house.alert a on a.id = d.alert left join house.site s on s.code = a.site
    where d.place <= ${ALERT_LIMITS.batch} order by d.channel, d.alert`
  return rows.map(({ channel, attempts, told, ...alert }) => ({ channel, attempts, told, alert }))
}

type Which = Pick<DueDelivery, 'channel' | 'alert'>

export async function noteSent({ sql }: Sql, { channel, alert }: Which, at: Date): Promise<void> {
  await sql`
    update house.alert_delivery
    set sent_at = ${at}, told = ${alert.count}, failure = null, attempts = 0
    where alert = ${alert.id} and channel = ${channel}`
}

/** Not now: in quiet hours, or the channel just failed. */
export async function postpone(
  { sql }: Sql,
  { channel, alert }: Which,
  until: Date,
): Promise<void> {
  await sql`
    update house.alert_delivery set next_at = ${until}
    where alert = ${alert.id} and channel = ${channel}`
}

/** Tried again at `next`, or given up when it is older than anybody still wants to hear of. */
export async function noteFailure(
  { sql }: Sql,
  { channel, alert }: Which,
  { reason, at, next }: { readonly reason: string; readonly at: Date; readonly next: Date },
): Promise<boolean> {
  const [row] = await sql<{ gone: boolean }[]>`
    update house.alert_delivery d
    set attempts = d.attempts + 1, failure = ${reason.slice(0, 300)}, next_at = ${next},
        gave_up_at = case when a.last_at < ${at}::timestamptz - ${ALERT_LIMITS.giveUpAfter}::interval
          then ${at}::timestamptz end
    from house.alert a
    where a.id = d.alert and d.alert = ${alert.id} and d.channel = ${channel}
    returning d.gave_up_at is not null as gone`
  return row?.gone === true
}

/** How it stands, by channel: for the metrics. */
export interface DeliveryState {
  readonly channel: string
  readonly waiting: number
  readonly failing: number
}

export async function deliveryStates({ sql }: Sql): Promise<readonly DeliveryState[]> {
  return sql<DeliveryState[]>`
    select c.name as channel,
           count(d.alert) filter (where d.sent_at is null and d.gave_up_at is null)::int as waiting,
           count(d.alert) filter (where d.failure is not null and d.sent_at is null
             and d.gave_up_at is null)::int as failing
    from house.alert_channel c left join house.alert_delivery d on d.channel = c.name
    group by c.name order by c.name`
}

/** Alerts live as long as anybody looks back at them; the audit has what they tell of for longer. */
export async function removeOldAlerts({ sql }: Sql): Promise<number> {
  const gone = await sql`
    delete from house.alert where last_at < now() - ${ALERT_DAYS} * interval '1 day'`
  return gone.count
}
