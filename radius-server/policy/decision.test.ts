import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Policy } from '#db/policies.ts'
import type { Network } from '#db/sites.ts'
import type { StaffAccount } from '../access/staff-login.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { gateway, network, policy } from '../testing/server.ts'
import { createAdmission } from './admission.ts'

const PLACES = [
  { site: '75-1', association: '75', timezone: 'Europe/Paris' },
  { site: '75-2', association: '75', timezone: 'Europe/Paris' },
  { site: '973-1', association: '973', timezone: 'America/Cayenne' },
] as const
const GATEWAYS = PLACES.flatMap((place) =>
  (['standard', 'mikrotik'] as const).map((vendor) =>
    gateway({ ...place, name: `${place.site}-${vendor}`, vendor }),
  ),
)
const NETWORKS = new Map<string, Network>(
  PLACES.map((place) => [place.site, network('staff', place)]),
)
const ACCOUNTS: readonly StaffAccount[] = [
  { username: 'one', groups: ['a'] },
  { username: 'two', groups: ['B', 'a'], device: 'till' },
  { username: 'three', groups: [] },
]
/** With what they mean, said another way. */
const HOURS: Readonly<Record<string, (day: string, time: string) => boolean>> = {
  'mon-fri 08:00-20:00': (day, time) => !/Sat|Sun/.test(day) && time >= '08:00' && time < '20:00',
  '22:00-06:00': (_, time) => time >= '22:00' || time < '06:00',
  'sat,sun': (day) => /Sat|Sun/.test(day),
}

const some = <T>(...values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.oneof(fc.constant([]), fc.subarray([...values], { minLength: 1 }))
const policies = fc
  .array(
    fc.record({
      network: fc.constantFrom(null, 'staff' as const, 'guest' as const),
      groups: some('a', 'b'),
      sites: some('75-1', '973-1'),
      associations: some('75', '973'),
      hours: some(...Object.keys(HOURS)),
      proofs: some('password' as const, 'certificate' as const),
      devices: some('till', 'laptop'),
      refusal: fc.constantFrom(null, null, 'No'),
    }),
    { maxLength: 5 },
  )
  .map((all) => all.map((changes, i) => policy(`p${i}`, changes)))
const change = fc.record({ policies })
const login = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  at: fc.constantFrom(...GATEWAYS),
  method: fc.constantFrom('pap' as const, 'ttls-pap' as const, 'eap-tls' as const),
  // A week with the longer night in autumn.
  now: fc
    .integer({ min: 0, max: 7 * 1440 })
    .map((minute) => Date.UTC(2026, 9, 22) + minute * 60_000),
})
type Login = typeof login extends fc.Arbitrary<infer L> ? L : never

function decided(all: readonly Policy[], { account, at, method, now }: Login): string | null {
  const { timezone, association, site } = NETWORKS.get(at.site) ?? network('staff')
  const wall = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, weekday: 'short', hour: '2-digit', minute: '2-digit' },
  }).format(now)
  const [day = '', time = ''] = wall.split(/,? /)
  const has = (list: readonly string[], ...own: readonly string[]): boolean =>
    list.length === 0 || own.some((one) => list.includes(one))
  const first = all.find(
    (one) =>
      one.network !== 'guest' &&
      has(one.groups, ...account.groups.map((group) => group.toLowerCase())) &&
      has(one.sites, site) &&
      has(one.associations, association) &&
      has(one.proofs, method === 'eap-tls' ? 'certificate' : 'password') &&
      has(one.devices, account.device ?? '') &&
      (one.hours.length === 0 || one.hours.some((hours) => HOURS[hours]?.(day, time) === true)),
  )
  return first?.name ?? null
}

test('whoever logs in where and when, the first policy that fits decides, and until it no longer does', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(login, change), { maxLength: 30 }), (events) => {
      let declared: readonly Policy[] = []
      let now = 0
      const admission = createAdmission(
        () => declared,
        () => now,
      )
      for (const event of events) {
        if ('policies' in event) {
          declared = event.policies
          continue
        }
        now = event.now
        const staff = NETWORKS.get(event.at.site)
        if (staff === undefined) throw new Error('no such place')
        const admitted = admission.staff(event.at, staff, event.account, event.method)
        expect(admitted.rule).toBe(decided(declared, event))
        if (!admitted.ok) continue
        const timeout = admitted.attributes.find(
          ({ type }) => type === ATTRIBUTE['Session-Timeout'],
        )
        if (timeout === undefined) continue
        const seconds = Buffer.from(timeout.value).readUInt32BE()
        const last = { ...event, now: event.now + seconds * 1000 - 1 }
        expect(decided(declared, last)).toBe(admitted.rule)
      }
    }),
    { numRuns: 150 },
  )
})
