import { beforeEach, describe, expect, test } from 'vitest'
import type { Policy } from '#db/policies.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { gateway, network, policy } from '../testing/server.ts'
import { createAdmission } from './admission.ts'
import type { Admission, Admitted } from './admission.ts'

const GATEWAY = gateway()
const STAFF = network('staff')
const BOB = { username: 'bob', groups: ['staff'] }

let policies: readonly Policy[]
let now: number
let admission: Admission
beforeEach(() => {
  policies = []
  admission = createAdmission(
    () => policies,
    () => now,
  )
})

const bob = (method: 'pap' | 'ttls-pap' = 'pap'): Admitted =>
  admission.staff(GATEWAY, STAFF, BOB, method)

/** Null: no limit. */
function secondsOf({ attributes }: Admitted): number | null {
  const found = attributes.find(({ type }) => type === ATTRIBUTE['Session-Timeout'])
  return found === undefined ? null : Buffer.from(found.value).readUInt32BE()
}

function at(time: string): Admitted {
  now = Date.parse(time)
  return bob()
}

describe('hours', () => {
  beforeEach(() => {
    policies = [
      policy('day', { hours: ['mon-fri 08:00-20:00'], vlan: 30 }),
      policy('night', { groups: ['staff'], refusal: 'Closed at night' }),
    ]
  })

  // 2026-11-24 is a Tuesday; Paris is an hour ahead of UTC.
  test('let in until they end, and not a second longer', () => {
    expect(at('2026-11-24T12:00:00Z')).toMatchObject({ ok: true, rule: 'day' })
    expect(secondsOf(at('2026-11-24T12:00:00Z'))).toBe(7 * 3600)
    expect(secondsOf(at('2026-11-24T18:59:30.500Z'))).toBe(29)
    expect(secondsOf(at('2026-11-24T18:59:59.900Z'))).toBe(1)
  })

  test('leave the next policy to decide outside', () => {
    expect(at('2026-11-24T19:00:00Z')).toMatchObject({ ok: false, rule: 'night' })
    expect(at('2026-11-28T12:00:00Z')).toMatchObject({ ok: false, rule: 'night' })
    expect(at('2026-11-25T07:00:00Z')).toMatchObject({ ok: true, rule: 'day' })
  })

  test('are by the clocks of the place', () => {
    now = Date.parse('2026-11-24T19:30:00Z')
    const cayenne = network('staff', { site: '973-01', timezone: 'America/Cayenne' })
    expect(bob().ok).toBe(false)
    expect(admission.staff(GATEWAY, cayenne, BOB, 'pap').ok).toBe(true)
  })

  test('of a policy before also end the session when they begin', () => {
    policies = [
      policy('night', { hours: ['22:00-06:00'], refusal: 'Closed at night' }),
      policy('all', { vlan: 30 }),
    ]
    const evening = at('2026-11-24T20:00:00Z')
    expect(evening).toMatchObject({ ok: true, rule: 'all' })
    expect(secondsOf(evening)).toBe(3600)
    expect(at('2026-11-24T21:00:00Z').ok).toBe(false)
  })

  test('also end what no policy decided', () => {
    policies = [policy('night', { hours: ['22:00-06:00'], refusal: 'Closed at night' })]
    const evening = at('2026-11-24T20:00:00Z')
    expect(evening).toMatchObject({ ok: true, rule: null })
    expect(secondsOf(evening)).toBe(3600)
  })

  test('of somebody else limit nobody', () => {
    policies = [policy('night', { groups: ['other'], hours: ['22:00-06:00'], refusal: 'Closed' })]
    expect(secondsOf(at('2026-11-24T20:00:00Z'))).toBeNull()
  })

  test('that are the whole week are none', () => {
    policies = [policy('all', { hours: ['mon-fri', 'sat,sun'], vlan: 30 })]
    expect(secondsOf(at('2026-11-24T20:00:00Z'))).toBeNull()
  })

  test('give the shorter of their rest and the session of the policy', () => {
    policies = [policy('day', { hours: ['08:00-20:00'], sessionSeconds: 3600 })]
    expect(secondsOf(at('2026-11-24T12:00:00Z'))).toBe(3600)
    expect(secondsOf(at('2026-11-24T18:30:00Z'))).toBe(1800)
  })

  test('through the longer night in autumn are as long as that night', () => {
    policies = [policy('night', { hours: ['sat 22:00-06:00'] })]
    expect(secondsOf(at('2026-10-24T20:00:00Z'))).toBe(9 * 3600)
    expect(secondsOf(at('2026-03-28T21:00:00Z'))).toBe(7 * 3600)
  })
})

describe('what was worked out for an account', () => {
  test('is given again as it is, without making anything', () => {
    policies = [policy('volunteers', { groups: ['staff'], vlan: 30 })]
    expect(bob()).toBe(bob())
  })

  test('is worked out anew for another way in, and for a place with other hours', () => {
    policies = [policy('volunteers', { proofs: ['password'], sessionSeconds: 60 })]
    const pap = bob()
    const eap = bob('ttls-pap')
    const types = ({ attributes }: Admitted): readonly number[] =>
      attributes.map(({ type }) => type)
    expect(types(pap)).not.toContain(ATTRIBUTE['Termination-Action'])
    expect(types(eap)).toContain(ATTRIBUTE['Termination-Action'])
  })

  test('does not outlive the policies', () => {
    policies = [policy('first', { vlan: 30 })]
    expect(bob()).toMatchObject({ rule: 'first' })
    policies = [policy('second', { vlan: 30 })]
    expect(bob()).toMatchObject({ rule: 'second' })
    policies = []
    expect(bob()).toMatchObject({ ok: true, rule: null })
  })
})
