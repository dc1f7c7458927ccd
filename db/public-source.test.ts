import { describe, expect, test } from 'vitest'
import { publicSource } from './public-source.ts'
import type { Network } from './sites.ts'

const NETWORK: Network = {
  ...{ site: '75-0042', siteName: 'Centre Nation', association: '75', timezone: 'Europe/Paris' },
  ...{ kind: 'guest', vlan: null, grantSeconds: 60, subnets: ['192.168.77.0/24'], captive: null },
  nat: { address: null, firstPort: 1024, lastPort: 65_535, portsEach: 250 },
}
const DECLARED: Network = {
  ...NETWORK,
  nat: { address: '198.51.100.7', firstPort: 1024, lastPort: 65_535, portsEach: 250 },
}

describe('what the internet sees of a device', () => {
  test('is the declared address and the block of its own', () => {
    const source = publicSource(DECLARED, '192.168.77.9', '203.0.113.5')
    expect(source).toEqual({ ip: '198.51.100.7', ports: '3274-3523' })
  })

  test('is the address of the gateway’s packets where none was declared', () => {
    const source = publicSource(NETWORK, '192.168.77.9', '::ffff:203.0.113.5')
    expect(source).toEqual({ ip: '203.0.113.5', ports: '3274-3523' })
  })

  test.each([
    ['the network is not known', null, '192.168.77.9', '203.0.113.5'],
    ['nothing was declared', { ...NETWORK, nat: null }, '192.168.77.9', '203.0.113.5'],
    ['there is no address yet', DECLARED, null, '203.0.113.5'],
    ['the address is of another network', DECLARED, '192.168.78.9', '203.0.113.5'],
    ['the packets come through a tunnel', NETWORK, '192.168.77.9', '10.8.0.2'],
    ['nobody sent a packet', NETWORK, '192.168.77.9', null],
  ])('is not known where %s', (_, network, ipv4, seenFrom) => {
    expect(publicSource(network, ipv4, seenFrom)).toBeNull()
  })
})
