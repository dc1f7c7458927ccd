import type { AuditEntry } from './audit.ts'
import { writeAudit } from './audit.ts'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'

/** Who was there and when: one row of the legal log. Times are instants, absent values null. */
export interface Connection {
  readonly sessionId: string
  readonly site: string
  readonly gateway: string
  readonly network: string
  readonly mac: string | null
  readonly user: string | null
  readonly ip: string | null
  readonly ipv6: string | null
  readonly publicIp: string | null
  /** `first-last` of the source ports that this device had on `publicIp`. */
  readonly publicPorts: string | null
  readonly start: Date
  readonly stop: Date | null
  readonly cause: string | null
}

export interface Criteria {
  readonly mac: Mac | null
  /** Canonical text, IPv4 or IPv6. */
  readonly ip: string | null
  readonly user: string | null
  readonly site: string | null
  /** Connections that were open at some instant of [from, to]. */
  readonly from: Date | null
  readonly to: Date | null
}

const PAGE_ROWS = 1000
const DAY_MS = 86_400_000
// The longest time for which a connection that is still open is believed to be the same one.
const LONGEST_SESSION_DAYS = 31

/**
 * Searches the log, oldest first, a page at a time. The line in the audit is committed before the
 * first row is read: no look without its trace.
 */
export async function* searchConnections(
  database: Database,
  criteria: Criteria,
  look: Pick<AuditEntry, 'actor'> & { reason: string },
): AsyncGenerator<readonly Connection[]> {
  await writeAudit(database.kysely, {
    actor: look.actor,
    action: 'logs.search',
    subject: 'log.connection',
    reason: look.reason,
    details: {
      mac: criteria.mac,
      ip: criteria.ip,
      user: criteria.user,
      site: criteria.site,
      from: criteria.from?.toISOString() ?? null,
      to: criteria.to?.toISOString() ?? null,
    },
  })
  let after: Connection | null = null
  for (;;) {
    const page: readonly Connection[] = await readPage(database, criteria, after)
    if (page.length > 0) yield page
    if (page.length < PAGE_ROWS) return
    after = page.at(-1) ?? null
  }
}

async function readPage(
  database: Database,
  criteria: Criteria,
  after: Connection | null,
): Promise<readonly Connection[]> {
  const { sql } = database
  const { mac, ip, user, site, from, to } = criteria
  const v6 = ip?.includes(':') === true
  // The partition's day bounds let the planner skip the rest of the year.
  const firstDay = from === null ? null : new Date(from.getTime() - LONGEST_SESSION_DAYS * DAY_MS)
  const lastDay = to === null ? null : new Date(to.getTime() + DAY_MS)
  return sql<Connection[]>`
    select id as "sessionId", site, gateway, network, mac::text as mac, account as user,
           host(ipv4) as ip, host(ipv6) as ipv6, host(public_ip) as "publicIp",
           lower(public_ports) || '-' || upper(public_ports) - 1 as "publicPorts",
           started_at as start, stopped_at as stop, stop_cause as cause
    from log.connection
    where true
      ${mac === null ? sql`` : sql`and mac = ${mac}::macaddr`}
      ${ip === null ? sql`` : v6 ? sql`and ipv6 = ${ip}::inet` : sql`and ipv4 = ${ip}::inet`}
      ${user === null ? sql`` : sql`and account = ${user}`}
      ${site === null ? sql`` : sql`and site = ${site}`}
      ${from === null ? sql`` : sql`and (stopped_at is null or stopped_at >= ${from})`}
      ${firstDay === null ? sql`` : sql`and day >= ${dayOf(firstDay)}::date`}
      ${to === null ? sql`` : sql`and started_at <= ${to}`}
      ${lastDay === null ? sql`` : sql`and day <= ${dayOf(lastDay)}::date`}
      ${after === null ? sql`` : sql`and (started_at, id) > (${after.start}, ${after.sessionId}::uuid)`}
    order by started_at, id
    limit ${PAGE_ROWS}`
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}
