import type postgres from 'postgres'

/** A gateway of which something is to be looked at. */
export interface TroubledGateway {
  readonly gateway: string
  readonly site: string
  readonly siteName: string
  readonly trouble: 'silent' | 'clock'
  readonly heardAt: Date | null
  readonly clockSkewMs: number | null
}

export interface HouseCounts {
  readonly sites: number
  readonly gateways: number
  readonly neverHeard: number
  readonly rules: number
}

/** What is seen of a gateway is written every three minutes. */
const SILENT = '1 hour'
/** More than that, and times in the log of a place are of no use. */
const SKEW_MS = 60_000
const MOST = 50

/** Those that were heard and are not any more, and those whose clock is wrong; the longest silent first. */
export async function troubledGateways(
  sql: postgres.TransactionSql,
): Promise<readonly TroubledGateway[]> {
  return sql<TroubledGateway[]>`
    select g.name as gateway, s.code as site, s.name as "siteName", p.heard_at as "heardAt",
           p.clock_skew_ms::float8 as "clockSkewMs",
           case when p.heard_at < now() - ${SILENT}::interval then 'silent' else 'clock' end as trouble
    from house.gateway_posture p
    join house.gateway g on g.name = p.gateway join house.site s on s.code = g.site
    where p.heard_at < now() - ${SILENT}::interval or abs(p.clock_skew_ms) > ${SKEW_MS}
    order by p.heard_at, g.name limit ${MOST}`
}

export async function countHouse(sql: postgres.TransactionSql): Promise<HouseCounts> {
  const [counts] = await sql<HouseCounts[]>`
    select (select count(*)::int from house.site) as sites,
           (select count(*)::int from house.rule) as rules,
           count(*)::int as gateways, (count(*) - count(p.heard_at))::int as "neverHeard"
    from house.gateway g left join house.gateway_posture p on p.gateway = g.name`
  return counts ?? { sites: 0, gateways: 0, neverHeard: 0, rules: 0 }
}
