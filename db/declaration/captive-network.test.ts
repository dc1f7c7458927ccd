import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { readDeclaration } from './read.ts'

function read(captive: string, more = 'vlan: 20, ssid: Restos', kind = 'staff') {
  using folder = temporaryFolder({
    'house.yaml': `version: 1
associations: [{ code: "75", name: Paris }]
sites:
  - code: "75-0042"
    name: Centre Nation
    association: "75"
    networks:
      ${kind}: { subnets: [192.168.78.0/24], ${more}, captive: ${captive} }
    gateways:
      - { name: gw-0042, address: 192.0.2.1, secret: testing123, kind: generic }
      - { name: nds-0042, address: 192.0.2.2, secret: testing123, kind: opennds, fas: { level: 1, key: secret123 } }
`,
  })
  return readDeclaration([folder.file('house.yaml')])
}

function captiveOf(captive: string, more?: string) {
  const found = read(captive, more)
  if (!found.ok) throw new Error(found.problems.join('\n'))
  return found.declaration.sites?.[0]?.networks.staff?.captive
}

function problem(...given: Parameters<typeof read>): string {
  const found = read(...given)
  return found.ok ? '' : found.problems.join('\n')
}

describe('an internal network that devices come into by a sign-in', () => {
  test('lets them in for twelve hours, and those with a random address for four', () => {
    expect(captiveOf('{ ssid: Restos-Sign-In, vlan: 40 }')).toEqual({
      ...{ ssid: 'Restos-Sign-In', gateways: [], vlan: 40, grant: 43_200, random_mac: 14_400 },
    })
    const own = '{ gateways: [gw-0042], grant: 2d, random_mac: 1h }'
    expect(captiveOf(own, 'grant: 1d')).toMatchObject({ grant: 172_800, random_mac: 3600 })
  })

  test.each([
    ['{ vlan: 40 }', 'say by ssid, or by gateways'],
    ['{ ssid: Sign-In }', 'networks.staff.captive.vlan must be said, and another than 20'],
    ['{ ssid: Sign-In, vlan: 20 }', 'must be said, and another than 20'],
    ['{ ssid: Restos, vlan: 40 }', '"Restos" is the name of another network of this place'],
    ['{ gateways: [gw-0043], vlan: 40 }', '"gw-0043" is not a gateway of this place'],
    ['{ gateways: [nds-0042], vlan: 40 }', 'of kind generic, cisco, aruba'],
    ['{ ssid: Sign-In, vlan: 40, grant: 8d }', 'is longer than 7d'],
    ['{ ssid: Sign-In, vlan: 40, grant: 1h }', 'random_mac is longer than grant'],
  ])('written as %s is refused: %s', (captive, sentence) => {
    expect(problem(captive)).toContain(sentence)
  })

  test('is no guest network', () => {
    expect(problem('{ ssid: Sign-In }', 'grant: 1d', 'guest')).toContain(
      'networks.guest.captive is for the staff network only',
    )
  })
})
