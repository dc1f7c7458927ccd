import { formatDnsUpstream } from '#core/dns-upstream.ts'
import { loadFilters, zoneServersOf } from '#db/filters.ts'
import { checkUpstream } from '../dns-filter/check-upstream.ts'
import type { Finding } from './finding.ts'
import type { House } from './house.ts'

/** Asks each server of a zone of the house for the zone's own name, from this machine. */
export async function checkZoneServers({
  database,
}: Pick<House, 'database'>): Promise<readonly Finding[]> {
  const { filters } = await loadFilters(database)
  const zones = zoneServersOf(filters.flatMap(({ forward }) => forward))
  const asked = [...zones].flatMap(([zone, servers]) =>
    servers.map(async (server): Promise<Finding> => {
      const what = `DNS server ${formatDnsUpstream(server)} of the zone ${zone}`
      const reason = await checkUpstream(server, zone)
      if (reason === null) return { what }
      return {
        what,
        wrong: `${reason}; staff have no names of ${zone} from it: is it up, does it answer this machine, and does it know the zone?`,
      }
    }),
  )
  return Promise.all(asked)
}
