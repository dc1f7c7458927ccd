import type { OidcSettings } from '#core/config.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { loadDnsTokens, TOKEN_ROWS } from '#db/dns-tokens.ts'
import { loadFilterWindows, windowRows } from '#db/filter-windows.ts'
import type { FilterWindow } from '#db/filter-windows.ts'
import { FILTER_ROWS, loadFilters, NO_FILTERS } from '#db/filters.ts'
import type { Filters } from '#db/filters.ts'
import { loadNetworks, networkRows } from '#db/sites.ts'
import { sumOfRows } from '#db/sum-of-rows.ts'
import { GARDEN_ROWS, walledGardenNames } from '#db/walled-garden.ts'
import type { Places } from './policy/client.ts'

/** Who asks and what is filtered for them: one value, so that a query never sees half of a change. */
export interface FilteredPlaces extends Places {
  readonly filters: Filters
  readonly windows: readonly FilterWindow[]
  /** By which people sign in. */
  readonly garden: readonly string[]
}

export const NO_PLACES: FilteredPlaces = {
  ...{ networks: [], tokens: [], devices: [], windows: [], garden: [] },
  filters: NO_FILTERS,
}

/** All that `loadPlaces` asks for. */
const ROWS = [networkRows, ...TOKEN_ROWS, ...FILTER_ROWS, windowRows, ...GARDEN_ROWS] as const

/** Another when `loadPlaces` would give something else. */
export function markPlaces(database: Pick<Database, 'sql'>): Promise<string> {
  return sumOfRows(database, ROWS)
}

export async function loadPlaces(
  database: Pick<Database, 'sql'>,
  seal: Seal,
  oidc: OidcSettings | null,
): Promise<FilteredPlaces> {
  const [networks, tokens, filters, windows, garden] = await Promise.all([
    loadNetworks(database),
    loadDnsTokens(database, seal),
    loadFilters(database),
    loadFilterWindows(database),
    walledGardenNames(database, oidc),
  ])
  return { networks, tokens, filters, devices: filters.devices, windows, garden }
}
