import { findArrival, noteArrival } from '#db/internal-arrivals.ts'
import {
  endInternalGrant,
  findInternalGrant,
  grantInternal,
  listInternalGrants,
} from '#db/internal-grants.ts'
import { createLive } from '#db/live.ts'
import type { Live } from '#db/live.ts'
import type { PartDeps } from '#db/part.ts'
import { loadPolicies } from '#db/policies.ts'
import type { Policy } from '#db/policies.ts'
import type { AskDatabase } from '../ask-database.ts'
import type { InternalServices } from './internal-services.ts'
import { createRefusalOf } from './may-join.ts'

/** Constructs what stands behind the pages by which devices come into the internal network. */
export function createInternal(
  { database, seal, log, clock }: PartDeps,
  ask: AskDatabase,
): { readonly services: InternalServices; readonly followed: readonly Live<unknown>[] } {
  const now = (): Date => new Date(clock())
  const policies = createLive<readonly Policy[]>({
    database,
    log,
    name: 'policies of the portal',
    channels: ['house'],
    initial: [],
    load: () => loadPolicies(database),
  })
  return {
    followed: [policies],
    services: {
      noteArrival: (arrival) => ask(() => noteArrival(database, seal, arrival, now())),
      findArrival: (code) => ask(() => findArrival(database, seal, code, now())),
      grantOf: (mac) => ask(() => findInternalGrant(database, mac, now())),
      grant: (wish) => ask(() => grantInternal(database, wish)),
      list: (account) => ask(() => listInternalGrants(database, account, now())),
      end: (wish) => ask(() => endInternalGrant(database, wish)),
      refusalOf: createRefusalOf(() => policies.value, clock),
    },
  }
}
