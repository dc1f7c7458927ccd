import { describe, expect, test } from 'vitest'
import { freePorts, placeNetwork } from './place.ts'
import { gateway } from './testing/place.ts'

const guest = gateway.guest
const KNOWN = { ssid: null, dnsToken: 'guesttoken' }
const withSubnets = (...subnets: string[]): Parameters<typeof placeNetwork>[0] => {
  if (guest === null) throw new Error('the place has guests')
  return { ...guest, subnets }
}

describe('a network of a place', () => {
  test('is served from its first IPv4 subnet: the first address is the gateway’s, eight are kept back', () => {
    const one = placeNetwork(withSubnets('2001:db8::/64', '192.168.77.0/24', '10.0.0.0/24'), KNOWN)
    expect(one).toMatchObject({
      ...{ subnet: '192.168.77.0/24', router: '192.168.77.1', netmask: '255.255.255.0' },
      ...{ firstLease: '192.168.77.9', lastLease: '192.168.77.254' },
    })
    expect(one.leases).toHaveLength(246)
  })

  test('counts across octets', () => {
    const { lastLease, netmask } = placeNetwork(withSubnets('10.1.2.0/23'), KNOWN)
    expect([lastLease, netmask]).toEqual(['10.1.3.254', '255.255.254.0'])
  })

  test.each([
    [[], 'has no IPv4 subnet'],
    [['2001:db8::/64'], 'has no IPv4 subnet'],
    [['10.0.0.0/8'], 'is not between'],
    [['10.0.0.0/30'], 'is not between'],
  ])('of %j is refused with a sentence', (subnets, sentence) => {
    expect(() => placeNetwork(withSubnets(...subnets), KNOWN)).toThrow(sentence)
  })
})

describe('the ports that are nobody’s', () => {
  const nat = (firstPort: number, lastPort: number): Parameters<typeof freePorts>[0][number] =>
    guest && { ...guest, nat: { address: null, firstPort, lastPort, portsEach: 100 } }

  test('are the largest run outside every block', () => {
    expect(freePorts([nat(8192, 65_535), null])).toEqual({ first: 1024, last: 8191 })
    expect(freePorts([nat(1024, 30_000), nat(40_000, 65_535)])).toEqual({
      first: 30_001,
      last: 39_999,
    })
    expect(freePorts([null, null])).toEqual({ first: 1024, last: 65_535 })
  })

  test('are none where the blocks leave too few', () => {
    expect(freePorts([nat(1024, 65_535)])).toBeNull()
    expect(freePorts([nat(1500, 65_535)])).toBeNull()
  })
})
