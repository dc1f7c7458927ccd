import { isLocallyAdministered } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Log } from '#core/log.ts'
import type { Clock } from '#core/clock.ts'
import { sql } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { createLive } from './live.ts'
import type { Live } from './live.ts'
import type { Person } from './people.ts'
import type { CaptiveNetwork } from './sites.ts'

/** A device without 802.1X that somebody of the staff let into the internal network, for a while. */
export interface InternalGrant {
  readonly mac: Mac
  /** Whose it is; in lower case. */
  readonly account: string
  readonly how: Person['how']
  /** Where they signed in. */
  readonly site: string
  readonly grantedAt: Date
  readonly until: Date
}

export const INTERNAL_GRANT_LIMITS = {
  /** Of one person at once. */
  devices: 5,
} as const

/** Who is in, in memory: followed, and kept through an outage. */
export interface InternalGrants extends Pick<Live<unknown>, 'start' | 'stop'> {
  of(mac: Mac): InternalGrant | null
  /** As `of`, asked of the database: for who signed in a moment ago. */
  find(mac: Mac): Promise<InternalGrant | null>
}

const SELECT = `
  select mac::text as mac, account, how, site, granted_at as "grantedAt", until
  from staff.internal_grant`

export function createInternalGrants(options: {
  readonly database: Database
  readonly log: Log
  readonly clock: Clock
}): InternalGrants {
  const { database, log, clock } = options
  const live = createLive<ReadonlyMap<string, InternalGrant>>({
    database,
    log,
    name: 'devices that signed in',
    channels: ['internal_grant'],
    initial: new Map(),
    async load() {
      const rows = await database.sql<InternalGrant[]>`
        ${database.sql.unsafe(SELECT)} where until > now()`
      return new Map(rows.map((row) => [row.mac, row]))
    },
  })
  return {
    start: live.start,
    stop: live.stop,
    of(mac) {
      const grant = live.value.get(mac)
      return grant === undefined || grant.until.getTime() <= clock() ? null : grant
    },
    find: (mac) => findInternalGrant(database, mac, new Date(clock())),
  }
}

export async function findInternalGrant(
  { sql: query }: Pick<Database, 'sql'>,
  mac: Mac,
  now: Date,
): Promise<InternalGrant | null> {
  const [row] = await query<InternalGrant[]>`
    ${query.unsafe(SELECT)} where mac = ${mac} and until > ${now}`
  return row ?? null
}

/** As its owner sees it. */
export interface OwnInternalGrant extends InternalGrant {
  readonly siteName: string | null
  /** Of the place: its clock. */
  readonly timezone: string | null
}

/** Of one person, the last first. */
export async function listInternalGrants(
  { sql: query }: Pick<Database, 'sql'>,
  account: string,
  now: Date,
): Promise<readonly OwnInternalGrant[]> {
  return query<OwnInternalGrant[]>`
    select g.mac::text as mac, g.account, g.how, g.site, s.name as "siteName", s.timezone,
      g.granted_at as "grantedAt", g.until
    from staff.internal_grant g left join house.site s on s.code = g.site
    where g.account = ${account} and g.until > ${now}
    order by g.granted_at desc, g.mac`
}

/** How long a device is let in: one that makes up its address will have another one soon. */
export function internalGrantSeconds(captive: CaptiveNetwork, mac: Mac): number {
  return isLocallyAdministered(mac) ? captive.randomMacSeconds : captive.grantSeconds
}

/** Lets it in for its owner, whoever had it before. */
export async function grantInternal(
  { kysely }: Pick<Database, 'kysely'>,
  wish: {
    readonly mac: Mac
    readonly owner: Pick<Person, 'account' | 'how'>
    readonly gateway: string
    readonly site: string
    readonly seconds: number
    readonly actor: string
    readonly at: Date
  },
): Promise<
  { readonly ok: true; readonly until: Date } | { readonly ok: false; readonly reason: 'too-many' }
> {
  const { mac, owner, gateway, site, seconds, actor, at } = wish
  const until = new Date(at.getTime() + seconds * 1000)
  return kysely.transaction().execute(async (transaction) => {
    // Of two at once, the second counts what the first has made.
    await sql`
      select pg_advisory_xact_lock(hashtextextended(${`internal grants of ${owner.account}`}, 0))`.execute(
      transaction,
    )
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from staff.internal_grant
      where account = ${owner.account} and until > ${at} and mac <> ${mac}`.execute(transaction)
    if ((rows[0]?.count ?? 0) >= INTERNAL_GRANT_LIMITS.devices) {
      return { ok: false, reason: 'too-many' } as const
    }
    await sql`
      insert into staff.internal_grant (mac, account, how, site, gateway, granted_at, until)
      values (${mac}, ${owner.account}, ${owner.how}, ${site}, ${gateway}, ${at}, ${until})
      on conflict (mac) do update set
        account = excluded.account, how = excluded.how, site = excluded.site,
        gateway = excluded.gateway, granted_at = excluded.granted_at, until = excluded.until`.execute(
      transaction,
    )
    await sql`delete from staff.internal_arrival where mac = ${mac}`.execute(transaction)
    await writeAudit(transaction, {
      ...{ actor, action: 'internal.grant', subject: `device ${mac}`, reason: null },
      details: { account: owner.account, site, seconds },
    })
    return { ok: true, until } as const
  })
}

/** Ends it at once, and asks its gateway to. False: it is not theirs, or had ended. */
export async function endInternalGrant(
  { sql: query }: Pick<Database, 'sql'>,
  o: { readonly mac: Mac; readonly account: string; readonly actor: string },
): Promise<boolean> {
  const [row] = await query<{ count: number }[]>`
    select staff.end_internal_grants(
      ${o.account}, ${o.mac}, ${o.actor}, 'ended by its owner') as count`
  return (row?.count ?? 0) > 0
}
