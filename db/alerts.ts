import type postgres from 'postgres'

/** What the security desk is told of; migration 0049 has what raises each. */
export const ALERT_KINDS = [
  'sign-in-outside-hours',
  'role-granted',
  'log-export',
  'log-export-approved',
  'chain-broken',
  'gateway-impersonated',
  'break-glass',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/**
 * These are told in quiet hours too. Who poses as a gateway got nothing: its packets were dropped, and that
 * can wait for the morning.
 */
export const URGENT_KINDS: readonly AlertKind[] = ['chain-broken', 'break-glass']

/** Something that happened, and what was like it within the hour. */
export interface Alert {
  readonly id: string
  readonly kind: AlertKind
  /** `*`: of more of this kind than are told one by one. */
  readonly key: string
  readonly firstAt: Date
  readonly lastAt: Date
  readonly count: number
  readonly association: string | null
  readonly site: string | null
  readonly siteName: string | null
  /** Of the place: its clock. */
  readonly timezone: string | null
  readonly gateway: string | null
  readonly account: string | null
  readonly actor: string | null
  readonly subject: string | null
}

/** Columns of an `Alert`, of `house.alert a left join house.site s on s.code = a.site`. */
export const alertColumns = (
  sql: postgres.Sql | postgres.TransactionSql,
): postgres.PendingQuery<[]> =>
  sql`a.id::text, a.kind, a.key, a.first_at as "firstAt", a.last_at as "lastAt", a.count::float8,
      a.association, a.site, s.name as "siteName", s.timezone, a.gateway, a.account, a.actor, a.subject`

/** Of a chain that is broken; every other kind is written by the row that it tells of. */
export async function raiseBrokenChain(
  sql: postgres.Sql,
  chain: 'audit' | 'log',
  reason: string,
): Promise<void> {
  await sql`
    select house.raise_alert('chain-broken', ${chain}, null, null, null, null,
      ${`${chain}: ${reason}`}, 1)`
}
