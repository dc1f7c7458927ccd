import type postgres from 'postgres'

/** A gateway of which something is to be looked at. */
export interface TroubledGateway {
  readonly gateway: string
  readonly site: string
  readonly siteName: string
  readonly timezone: string
  readonly trouble: 'silent' | 'clock' | 'certificate'
  readonly heardAt: Date | null
  readonly clockSkewMs: number | null
  readonly certificateEndsAt: Date | null
  /** Of this trouble, shown or not. */
  readonly inAll: number
}

export interface HouseCounts {
  readonly sites: number
  readonly gateways: number
  readonly neverHeard: number
  readonly rules: number
}

/** Things of the house that wait for somebody. */
export interface Waiting {
  /** Lists whose source gives nothing, is old, or whose new text is held back. */
  readonly lists: readonly StaleList[]
  /** Names that guests ask to have unblocked. */
  readonly requests: number
  /** Channels of alerts that take none. */
  readonly channels: readonly string[]
}

interface StaleList {
  readonly name: string
  readonly error: string | null
  readonly fetchedAt: Date | null
  readonly heldNames: number | null
}

/** An association with what is to be seen of it at a glance. */
export interface AssociationState {
  readonly code: string
  readonly name: string
  readonly sites: number
  /** Places with a gateway that was heard and is silent. */
  readonly silent: number
  /** Devices that are connected now. */
  readonly connected: number
}

/** What is seen of a gateway is written every three minutes. */
const SILENT = '1 hour'
/** More than that, and times in the log of a place are of no use. */
const SKEW_MS = 60_000
/** As long as a volunteer may take to go there. */
const ENDS_SOON = '30 days'
/** Of each trouble. */
const MOST = 6
/** A list is fetched once a day. */
const STALE = '3 days'

type Sql = postgres.TransactionSql

/** Those that were heard and are not any more, whose clock is wrong, or whose certificate ends; the longest silent first. */
export async function troubledGateways(sql: Sql): Promise<readonly TroubledGateway[]> {
  return sql<TroubledGateway[]>`
    with troubled as (
      select g.name as gateway, s.code as site, s.name as "siteName", s.timezone, p.heard_at as "heardAt",
             p.clock_skew_ms::float8 as "clockSkewMs", p.certificate_ends_at as "certificateEndsAt",
             case when p.heard_at < now() - ${SILENT}::interval then 'silent'
               when abs(p.clock_skew_ms) > ${SKEW_MS} then 'clock' else 'certificate' end as trouble
      from house.gateway_posture p
      join house.gateway g on g.name = p.gateway join house.site s on s.code = g.site
      where p.heard_at < now() - ${SILENT}::interval or abs(p.clock_skew_ms) > ${SKEW_MS}
        or p.certificate_ends_at < now() + ${ENDS_SOON}::interval
    ), numbered as (
      select *, count(*) over (partition by trouble)::int as "inAll",
             row_number() over (partition by trouble order by "heardAt", gateway) as place
      from troubled
    )
    select gateway, site, "siteName", timezone, "heardAt", "clockSkewMs", "certificateEndsAt", trouble, "inAll"
    from numbered where place <= ${MOST} order by trouble, place`
}

export async function countHouse(sql: Sql): Promise<HouseCounts> {
  const [counts] = await sql<HouseCounts[]>`
    select (select count(*)::int from house.site) as sites,
           (select count(*)::int from house.rule) as rules,
           count(*)::int as gateways, (count(*) - count(p.heard_at))::int as "neverHeard"
    from house.gateway g left join house.gateway_posture p on p.gateway = g.name`
  return counts ?? { sites: 0, gateways: 0, neverHeard: 0, rules: 0 }
}

export async function waitingThings(sql: Sql): Promise<Waiting> {
  const [waiting] = await sql<Waiting[]>`
    select
      (select count(distinct (domain, site, network))::int from house.unblock_request) as requests,
      coalesce((select jsonb_agg(jsonb_build_object('name', l.list, 'error', l.error,
          'fetchedAt', l.fetched_at, 'heldNames', l.held_names) order by l.list)
        from house.list_state l join house.list_source o on o.list = l.list
        where l.error is not null or l.held_names is not null
          or l.fetched_at < now() - ${STALE}::interval), '[]') as lists,
      array(select distinct channel from house.alert_delivery
        where failure is not null and sent_at is null and gave_up_at is null order by channel) as channels`
  if (waiting === undefined) return { lists: [], requests: 0, channels: [] }
  const { lists, ...rest } = waiting
  // Of JSON: its times are texts.
  const dated = lists.map((list) => ({
    ...list,
    fetchedAt: list.fetchedAt === null ? null : new Date(list.fetchedAt),
  }))
  return { ...rest, lists: dated }
}

/** Those within reach, by code: all of them, or a page. */
export async function associationStates(
  sql: Sql,
  page: { readonly after?: string | null; readonly rows?: number } = {},
): Promise<readonly AssociationState[]> {
  const { after = null, rows = null } = page
  return sql<AssociationState[]>`
    select a.code, a.name, count(s.code)::int as sites, count(q.site)::int as silent,
           coalesce(sum(c.guests + c.staff), 0)::int as connected
    from house.association a
    left join house.site s on s.association = a.code
    left join (
      select distinct g.site from house.gateway g join house.gateway_posture p on p.gateway = g.name
      where p.heard_at < now() - ${SILENT}::interval
    ) q on q.site = s.code
    left join log.live_counts() c on c.site = s.code
    where ${after}::text is null or a.code > ${after}
    group by a.code, a.name order by a.code limit ${rows}`
}
