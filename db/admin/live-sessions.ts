import type postgres from 'postgres'
import type { Mac } from '#core/mac.ts'
import { namedLike } from './sites.ts'

/** Somebody who is connected now. */
export interface LiveSession {
  readonly key: string
  readonly site: string
  readonly gateway: string
  readonly network: string
  readonly mac: string | null
  /** Null: a guest. */
  readonly account: string | null
  readonly startedAt: Date
  /** When the gateway last spoke of it. */
  readonly lastAt: Date
  /** Octets of both ways; null where the gateway counts none. */
  readonly octets: number | null
}

export interface LiveCount {
  readonly site: string
  readonly siteName: string
  readonly guests: number
  readonly staff: number
}

export interface SessionPlace {
  readonly at: string
  readonly key: string
}

/** Of one place or of one device, as far as the transaction reaches; the latest first. */
export async function listLiveSessions(
  sql: postgres.TransactionSql,
  { site, mac }: { readonly site: string | null; readonly mac: Mac | null },
  { before, rows }: { readonly before: SessionPlace | null; readonly rows: number },
): Promise<readonly LiveSession[]> {
  return sql<LiveSession[]>`
    select key, site, gateway, network, mac::text as mac, account, started_at as "startedAt",
           last_at as "lastAt", (octets_in + octets_out)::float8 as octets
    from log.live_sessions(${site}, ${mac}, ${before?.at ?? null}, ${before?.key ?? null}, ${rows})`
}

/** How many are connected, by place; most first. `q` is a part of the name or code. */
export async function countLiveSessions(
  sql: postgres.TransactionSql,
  q: string | null,
  most: number,
): Promise<readonly LiveCount[]> {
  return sql<LiveCount[]>`
    select s.code as site, s.name as "siteName", coalesce(c.guests, 0)::int as guests,
           coalesce(c.staff, 0)::int as staff
    from house.site s left join log.live_counts() c on c.site = s.code
    where ${q === null ? sql`c.site is not null` : namedLike(sql, q)}
    order by coalesce(c.guests, 0) + coalesce(c.staff, 0) desc, s.code limit ${most}`
}

/** The same by code, a page at a time: of places where somebody is. */
export async function pageOfLiveCounts(
  sql: postgres.TransactionSql,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly LiveCount[]> {
  return sql<LiveCount[]>`
    select s.code as site, s.name as "siteName", c.guests::int as guests, c.staff::int as staff
    from house.site s join log.live_counts() c on c.site = s.code
    where ${after}::text is null or s.code > ${after}
    order by s.code limit ${rows}`
}
