import type { Clock } from '#core/clock.ts'
import type { InternalArrival } from '#db/internal-arrivals.ts'
import { INTERNAL_GRANT_LIMITS } from '#db/internal-grants.ts'
import type { InternalGrant } from '#db/internal-grants.ts'
import type { Policy } from '#db/policies.ts'
import type { InternalServices } from '../internal-services.ts'
import { createRefusalOf } from '../may-join.ts'

/** Devices of the internal network in memory. */
export interface MemoryInternal extends InternalServices {
  readonly arrivals: Map<string, InternalArrival>
  grants: InternalGrant[]
  policies: readonly Policy[]
}

export const FIRST_CODE = 'K7QF3MRT22'

export function memoryInternal(clock: Clock, isUp: () => boolean): MemoryInternal {
  const whenUp = <T>(value: () => T): Promise<T> =>
    isUp() ? Promise.resolve(value()) : Promise.reject(new Error('connection refused'))
  const store: MemoryInternal = {
    arrivals: new Map(),
    grants: [],
    policies: [],
    noteArrival: (arrival) =>
      whenUp(() => {
        const code = `${FIRST_CODE.slice(0, -1)}${store.arrivals.size + 2}`
        store.arrivals.set(code, arrival)
        return code
      }),
    findArrival: (code) => whenUp(() => store.arrivals.get(code) ?? null),
    grantOf: (mac) => whenUp(() => store.grants.find((grant) => grant.mac === mac) ?? null),
    grant: ({ mac, owner, site, seconds, at }) =>
      whenUp(() => {
        if (store.grants.length >= INTERNAL_GRANT_LIMITS.devices) {
          return { ok: false, reason: 'too-many' } as const
        }
        const until = new Date(at.getTime() + seconds * 1000)
        const { account, how } = owner
        store.grants.push({ mac, account, how, site, grantedAt: at, until })
        return { ok: true, until } as const
      }),
    list: (account) =>
      whenUp(() =>
        store.grants
          .filter((grant) => grant.account === account)
          .map((grant) => ({ ...grant, siteName: 'Centre Nation', timezone: 'Indian/Reunion' })),
      ),
    end: ({ mac, account }) =>
      whenUp(() => {
        const before = store.grants.length
        store.grants = store.grants.filter(
          (grant) => grant.mac !== mac || grant.account !== account,
        )
        return store.grants.length < before
      }),
    refusalOf: createRefusalOf(() => store.policies, clock),
  }
  return store
}
