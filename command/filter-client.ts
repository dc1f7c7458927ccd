import type { Config } from '#core/config.ts'
import type { Database } from '#db/connection.ts'
import { loadFilters } from '#db/filters.ts'
import { loadListHeads, readListText } from '#db/lists.ts'
import { loadRules } from '#db/rules.ts'
import { loadNetworks } from '#db/sites.ts'
import { walledGardenNames } from '#db/walled-garden.ts'
import { ownHosts } from '../dns-filter/own-hosts.ts'
import { SOMEBODY } from '../dns-filter/policy/client.ts'
import type { Client } from '../dns-filter/policy/client.ts'
import type { House } from '../dns-filter/policy/explain.ts'
import { networkOf } from './filter-scope.ts'
import { readInstant } from '#core/instant.ts'
import { UsageError } from './run.ts'

const text = { type: 'string' } as const
/** For whom and when a policy is looked at. */
export const CLIENT_OPTIONS = { site: text, network: text, device: text, at: text } as const

interface ClientValues {
  readonly site?: string
  readonly network?: string
  readonly device?: string
}

/** Whoever asks from there; a guest where no network is said, of no place where none is. */
export async function filterClient(database: Database, values: ClientValues): Promise<Client> {
  const { site, device = null } = values
  const network = networkOf(values.network) ?? 'guest'
  if (site === undefined) {
    if (device !== null) throw new UsageError('--device is of a place: say --site too')
    return { ...SOMEBODY, network }
  }
  const known = (await loadNetworks(database)).find((one) => one.site === site)
  if (known === undefined) throw new UsageError(`--site "${site}" is not a place with a network`)
  const { association, timezone } = known
  return { network, site, association, device, timezone }
}

/** `--at`, in milliseconds since the epoch; now where it is not said. */
export function instantOf(given: string | undefined): number {
  if (given === undefined) return Date.now()
  const read = readInstant(given)
  if (read.ok) return read.at.getTime()
  throw new UsageError(`--at "${given}" ${read.reason}`)
}

/** All that decides about names, read once. */
export async function filteredHouse(config: Config, database: Database): Promise<House> {
  return {
    heads: await loadListHeads(database),
    rules: await loadRules(database),
    filters: await loadFilters(database),
    garden: await walledGardenNames(database, config.oidc),
    ownHosts: ownHosts(config),
    readText: (list) => readListText(database, list),
  }
}
