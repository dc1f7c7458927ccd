import type { MailSettings } from './alert-channels.ts'
import { loadAlertChannels } from './alert-channels.ts'
import type { Database } from './connection.ts'
import type { Seal } from '#core/seal.ts'

/** How long before its end the owner of a device is told: once, and once more. */
const REMINDER_DAYS = [30, 7] as const
type ReminderDays = (typeof REMINDER_DAYS)[number]

/** A device of which its owner is to be told now. */
export interface DueDevice {
  readonly id: string
  readonly name: string
  readonly endsAt: Date
  readonly days: ReminderDays
}

/** What one person is told, in one message. */
export interface DueReminder {
  readonly account: string
  /** Of that person, as whoever vouches for them said at the last sign-in, or tells by SCIM. */
  readonly mail: string
  readonly devices: readonly DueDevice[]
}

const REMINDER_LIMITS = {
  /** Messages of one run; the others are the next one's. */
  people: 200,
} as const

/** The mail server of the channel that `enrolment.reminders` names; null: nobody is told. */
export async function reminderMail(
  database: Pick<Database, 'kysely' | 'sql'>,
  seal: Seal,
): Promise<MailSettings | null> {
  const [declared] = await database.sql<{ channel: string | null }[]>`
    select reminders as channel from house.enrolment`
  if (declared === undefined || declared.channel === null) return null
  const channels = await loadAlertChannels(database, seal)
  const settings = channels.find(({ name }) => name === declared.channel)?.settings
  return settings?.kind === 'mail' ? settings : null
}

/**
 * By person, the one whose device ends first before the others. Whoever has no address that we know, or was switched
 * off, is told nothing.
 */
export async function dueReminders(
  { sql }: Pick<Database, 'sql'>,
  now: Date,
): Promise<readonly DueReminder[]> {
  const [month, week] = REMINDER_DAYS
  const rows = await sql<(DueDevice & Omit<DueReminder, 'devices'>)[]>`
    with near as (
      select d.id, d.name, d.account, d.ends_at,
        case when d.ends_at <= ${now}::timestamptz + ${week}::integer * interval '1 day'
          then ${week}::integer else ${month}::integer end as days
      from staff.device d
      where d.revoked_at is null and d.ends_at > ${now}
        and d.ends_at <= ${now}::timestamptz + ${month}::integer * interval '1 day'
    )
    select n.id, n.name, n.ends_at as "endsAt", n.days, n.account, p.mail
    from near n
    join lateral (
      select mail from staff.person p
      where p.account = n.account and p.mail is not null
      order by p.signed_in_at desc nulls last limit 1
    ) p on true
    where not exists (
        select from staff.device_reminder r
        where r.device = n.id and r.ends_at = n.ends_at and r.days <= n.days)
      and not exists (
        select from staff.person off where off.account = n.account and off.state = 'disabled')
    order by n.ends_at, n.id`
  const byAccount = Map.groupBy(rows, ({ account }) => account)
  return [...byAccount.entries()].slice(0, REMINDER_LIMITS.people).map(([account, devices]) => ({
    account,
    mail: devices[0]?.mail ?? '',
    devices: devices.map(({ id, name, endsAt, days }) => ({ id, name, endsAt, days })),
  }))
}

/** They are not told of again; `refusal` is what the mail server said of the address for good. */
export async function noteReminded(
  { sql }: Pick<Database, 'sql'>,
  { devices }: DueReminder,
  at: Date,
  refusal: string | null,
): Promise<void> {
  for (const { id, endsAt, days } of devices) {
    await sql`
      insert into staff.device_reminder (device, ends_at, days, told_at, refusal)
      values (${id}, ${endsAt}, ${days}, ${at}, ${refusal})
      on conflict (device, ends_at, days) do nothing`
  }
}
