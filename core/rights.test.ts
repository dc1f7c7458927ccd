import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS, APART, ROLES, actionsOf, rightsOf, rightsOfToken } from './rights.ts'
import type { RoleGrant } from './rights.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const ADA = { account: 'Ada', groups: ['IT-75'] }
const PARIS = { association: '75', site: '75-0042' }
const LYON = { association: '69', site: '69-0001' }
const HOUSE = { association: null, site: null }

function grant(change: Partial<RoleGrant>): RoleGrant {
  return {
    ...{ subject: 'person:ada', role: 'association-admin', associations: ['75'] },
    ...{ sites: null, until: null, ...change },
  }
}

describe('a role', () => {
  test('is given to a person or to a group, whatever the case', () => {
    for (const subject of ['person:ada', 'group:it-75']) {
      expect(rightsOf(ADA, [grant({ subject })], NOW).can('rules.write', PARIS)).toBe(true)
    }
    const rights = rightsOf(ADA, [grant({ subject: 'person:bob' })], NOW)
    expect(ACTIONS.filter((action) => rights.has(action))).toEqual([])
  })

  test('of one association reaches its places, no others, and nothing of the whole house', () => {
    const rights = rightsOf(ADA, [grant({})], NOW)
    expect(rights.can('rules.write', PARIS)).toBe(true)
    expect(rights.can('rules.write', LYON)).toBe(false)
    expect(rights.can('rules.write', HOUSE)).toBe(false)
    expect(rights.has('jobs.read')).toBe(false)
  })

  test('of one place reaches that place alone', () => {
    const place = { role: 'place-helper', associations: null, sites: ['75-0042'] } as const
    const rights = rightsOf(ADA, [grant(place)], NOW)
    expect(rights.can('guests.let-in', PARIS)).toBe(true)
    expect(rights.can('guests.let-in', { association: '75', site: '75-0001' })).toBe(false)
  })

  test('everywhere reaches the house itself', () => {
    const rights = rightsOf(ADA, [grant({ role: 'national-admin', associations: null })], NOW)
    expect(rights.can('rules.write', HOUSE)).toBe(true)
  })

  test('ends after its last day', () => {
    const until = (day: string): boolean =>
      rightsOf(ADA, [grant({ until: day })], NOW).has('rules.read')
    expect([until('2026-11-28'), until('2026-11-27')]).toEqual([true, false])
  })

  test('takes the reach of another role for nothing of its own', () => {
    const rights = rightsOf(
      ADA,
      [grant({}), grant({ role: 'list-editor', associations: null })],
      NOW,
    )
    expect(rights.can('rules.write', LYON)).toBe(true)
    expect(rights.can('sites.write', LYON)).toBe(false)
  })
})

describe('reading the log and approving a pack', () => {
  test('are in no role together', () => {
    for (const role of ROLES) {
      expect(actionsOf(role)).not.toEqual(expect.arrayContaining(['logs.search', 'logs.approve']))
    }
  })

  test('are nobody’s together, whatever roles somebody has by name and by group', () => {
    const grants = fc.array(
      fc.record({
        subject: fc.constantFrom('person:ada', 'group:it-75'),
        role: fc.constantFrom(...ROLES),
        associations: fc.constantFrom(null, ['75'], ['69']),
        sites: fc.constant(null),
        until: fc.constantFrom(null, '2026-11-27', '2026-12-31'),
      }),
    )
    fc.assert(
      fc.property(grants, (given) => {
        const rights = rightsOf(ADA, given, NOW)
        expect(rights.has('logs.search') && rights.has('logs.approve')).toBe(false)
        const inForce = given.filter(({ until }) => until !== '2026-11-27')
        expect(rights.conflict).toBe(
          APART.every((role) => inForce.some((grant) => grant.role === role)),
        )
      }),
    )
  })
})

test('a token may do what it is for, as far as it reaches', () => {
  const rights = rightsOfToken(['rules.read'], ['75'])
  expect(rights.can('rules.read', PARIS)).toBe(true)
  expect(rights.can('rules.read', LYON)).toBe(false)
  expect(rights.can('rules.write', PARIS)).toBe(false)
  expect(rightsOfToken(['rules.read'], null).can('rules.read', HOUSE)).toBe(true)
})
