import type { Selectable } from 'kysely'
import { formatDnsUpstream } from '#core/dns-upstream.ts'
import { zoneServersOf } from '../../filters.ts'
import type { Tables } from '../../tables.ts'
import type { NetworkKind } from '../../sites.ts'
import { said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

type FilterRow = Selectable<Tables['house.filter']>

export interface FilterScope {
  readonly association?: string
  readonly site?: string
  readonly network?: NetworkKind
  readonly device?: string
}

/** What each level of the house filters, by where it stands in the format. */
export type FilterAt = (scope: FilterScope) => Said | undefined

export async function readFilters({ kysely }: Pick<Writing, 'kysely'>): Promise<FilterAt> {
  const rows = await kysely.selectFrom('house.filter').selectAll().orderBy('position').execute()
  const byScope = Map.groupBy(rows, keyOf)
  return (scope) => {
    const level = byScope.get(keyOf(scope))
    if (level === undefined) return undefined
    const always = level.find(({ position }) => position === 0)
    const schedules = level.filter(({ position }) => position > 0)
    return {
      ...(always === undefined ? {} : layerOf(always)),
      ...said({ schedules: schedules.map((row) => ({ hours: row.hours, ...layerOf(row) })) }),
    }
  }
}

/** A level that says of its two networks too: that of the house, and of an association. */
export function withNetworks(filterAt: FilterAt, scope: FilterScope): Said | undefined {
  const level = filterAt(scope)
  const guest = filterAt({ ...scope, network: 'guest' })
  const staff = filterAt({ ...scope, network: 'staff' })
  if (level === undefined && guest === undefined && staff === undefined) return undefined
  return {
    ...level,
    ...(guest === undefined ? {} : { guest }),
    ...(staff === undefined ? {} : { staff }),
  }
}

function keyOf(scope: { readonly [K in keyof FilterScope]?: string | null }): string {
  const { association, site, network, device } = scope
  return JSON.stringify([association, site, network, device].map((part) => part ?? null))
}

function serversByZone(pairs: readonly string[]): Said {
  const zones = zoneServersOf(pairs)
  return Object.fromEntries(
    [...zones].map(([zone, servers]) => [zone, servers.map(formatDnsUpstream)]),
  )
}

function layerOf(row: FilterRow): Said {
  return {
    ...said({
      block: row.block,
      allow: row.allow,
      trust: row.trust,
      imposed: row.imposed,
      answer: row.answer,
      answers: Object.fromEntries(row.answers.map((pair) => pair.split('='))),
      page: row.page,
      asked: row.asked,
      bypass: row.bypass,
      addresses: row.addresses,
      private_names: row.private_names,
      internal: row.internal,
      forward: serversByZone(row.forward),
      always: row.always,
    }),
    // False says something: it takes back what a level above says.
    ...(row.safe_search === null ? {} : { safe_search: row.safe_search }),
  }
}
