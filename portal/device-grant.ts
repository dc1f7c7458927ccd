import { formatAddress } from '#core/ip.ts'
import { reasonOf } from '#core/error.ts'
import { effectiveTerms } from '#db/terms.ts'
import type { Context } from 'hono'
import { clientAddress } from './client-address.ts'
import type { Services } from './services.ts'

export type DeviceGrant =
  /** Not an address of a guest network: nothing is known of this device. */
  | { readonly state: 'elsewhere' }
  | { readonly state: 'captive' }
  | { readonly state: 'online'; readonly until: Date }
  /** On a guest network, but the database did not say. */
  | { readonly state: 'unknown' }

/** What is known of the device that asks, by the address it asks from. */
export async function deviceGrant(c: Context, services: Services): Promise<DeviceGrant> {
  const address = clientAddress(c)
  const network = address === null ? undefined : services.house().networks.lookup(address)
  if (address === null || network?.kind !== 'guest') return { state: 'elsewhere' }
  try {
    const grant = await services.database.findGrant({
      site: network.site,
      ip: formatAddress(address),
      termsInForce: effectiveTerms(services.house().terms, services.clock())?.version ?? null,
    })
    return grant === null ? { state: 'captive' } : { state: 'online', until: grant.until }
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.grant.not-found-out', { reason: reasonOf(thrown) })
    return { state: 'unknown' }
  }
}
