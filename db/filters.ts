import { parseDnsUpstream } from '#core/dns-upstream.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { trimmed } from '#core/trimmed.ts'
import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'
import type { RowsQuery } from './sum-of-rows.ts'

/** What a blocked name is answered with. */
export const BLOCK_ANSWERS = ['nxdomain', 'nodata', 'zero', 'page'] as const
export type BlockAnswer = (typeof BLOCK_ANSWERS)[number]

/** Whose a filter is: with none of association, site and device it is the organisation's. */
export interface FilterScope {
  readonly association: string | null
  readonly site: string | null
  /** Of its site and network. */
  readonly device: string | null
  /** Null: both networks. */
  readonly network: NetworkKind | null
}

/** What one level says. A subject is a category, `list:NAME` or `service:NAME`. */
export interface Filter extends FilterScope {
  /** As `parseWeekHours` reads them, by the clocks of the place; none: always. */
  readonly hours: readonly string[]
  readonly block: readonly string[]
  /** No longer blocked as this; another list may still block the name. */
  readonly allow: readonly string[]
  /** Their names are let through, whatever other lists say. */
  readonly trust: readonly string[]
  /** Blocked everywhere, because somebody outside ordered it. */
  readonly imposed: readonly string[]
  readonly answer: BlockAnswer | null
  /** `CATEGORY=ANSWER` */
  readonly answers: readonly string[]
  /** Addresses of the block page. */
  readonly page: readonly string[]
  readonly safeSearch: boolean | null
  /** Whether ways round the filter are blocked: private relays and other resolvers by HTTPS. */
  readonly bypass: 'closed' | 'open' | null
  /** Whoever uses it asked for it (RFC 8914 section 4.18). */
  readonly asked: boolean
  /** Prefixes that no answer may lead to. */
  readonly addresses: readonly string[]
  /** Names that may have addresses of an inner network. */
  readonly privateNames: readonly string[]
  /** Zones of the house itself, which no guest sees. */
  readonly internal: readonly string[]
  /** `ZONE=UPSTREAM`: zones of the house that are asked of servers of their own. */
  readonly forward: readonly string[]
  /** Names that nothing blocks. */
  readonly always: readonly string[]
}

/** Part of the filtering put off for a time. */
export interface FilterLift extends Omit<FilterScope, 'device'> {
  /** Null: all that is not imposed. */
  readonly subject: string | null
  /** Milliseconds since the epoch; `to` is not in it. */
  readonly from: number
  readonly to: number
}

/** A device with a filter of its own. */
export interface FilterDevice {
  readonly site: string
  readonly network: NetworkKind
  readonly name: string
  /** `aa:bb:cc:dd:ee:ff` */
  readonly mac: string | null
}

export interface Filters {
  readonly filters: readonly Filter[]
  /** Those that are not over. */
  readonly lifts: readonly FilterLift[]
  readonly devices: readonly FilterDevice[]
}

export const NO_FILTERS: Filters = { filters: [], lifts: [], devices: [] }

/** What `forward` says, by zone: who is asked for it, the first first. */
export function zoneServersOf(forward: readonly string[]): ReadonlyMap<string, DnsUpstream[]> {
  const zones = new Map<string, DnsUpstream[]>()
  for (const pair of forward) {
    const at = pair.indexOf('=')
    const server = parseDnsUpstream(pair.slice(at + 1))
    if (typeof server === 'string') continue
    const zone = pair.slice(0, at)
    zones.set(zone, [...(zones.get(zone) ?? []), server])
  }
  return zones
}

/**
 * Kept for as long as the house does not change, one for each place that has a filter of its own: a row as it comes,
 * with this many columns, is a hash table, and most of its lists are empty.
 */
function compact(filter: Filter): Filter {
  return {
    association: filter.association,
    site: filter.site,
    device: filter.device,
    network: filter.network,
    hours: trimmed(filter.hours),
    block: trimmed(filter.block),
    allow: trimmed(filter.allow),
    trust: trimmed(filter.trust),
    imposed: trimmed(filter.imposed),
    answer: filter.answer,
    answers: trimmed(filter.answers),
    page: trimmed(filter.page),
    safeSearch: filter.safeSearch,
    bypass: filter.bypass,
    asked: filter.asked,
    addresses: trimmed(filter.addresses),
    privateNames: trimmed(filter.privateNames),
    internal: trimmed(filter.internal),
    forward: trimmed(filter.forward),
    always: trimmed(filter.always),
  }
}

const filterRows: RowsQuery<Filter> = ({ sql }) => sql`
    select association, site, device, network, hours, block, allow, trust, imposed, answer, answers,
           page, bypass, asked, safe_search as "safeSearch", private_names as "privateNames",
           addresses, internal, forward, always
    from house.filter order by id`

const liftRows: RowsQuery<LiftRow> = ({ sql }) => sql`
    select association, site, network, subject, starts_at as from, ends_at as to
    from house.filter_lift where ends_at > now() order by id`

const deviceRows: RowsQuery<FilterDevice> = ({ sql }) => sql`
    select site, network, name, mac from house.filter_device order by site, network, name`

export const FILTER_ROWS = [filterRows, liftRows, deviceRows] as const

export async function loadFilters(database: Pick<Database, 'sql'>): Promise<Filters> {
  const filters = await filterRows(database)
  const lifts = await liftRows(database)
  const devices = await deviceRows(database)
  return {
    filters: filters.map(compact),
    lifts: lifts.map((lift) => ({ ...lift, from: lift.from.getTime(), to: lift.to.getTime() })),
    devices: [...devices],
  }
}

interface LiftRow extends Omit<FilterLift, 'from' | 'to'> {
  readonly from: Date
  readonly to: Date
}
