import { expect, test } from 'vitest'
import type { Network } from '#db/sites.ts'
import { createClients } from './client.ts'

function network(site: string, kind: Network['kind'], ...subnets: readonly string[]): Network {
  const association = site.slice(0, 2)
  return {
    ...{ site, siteName: site, association, timezone: 'Europe/Paris', kind },
    ...{ vlan: null, grantSeconds: 60, subnets, nat: null },
  }
}

const clients = createClients([
  network('75-0001', 'guest', '10.1.0.0/16', '192.168.1.0/24', '198.51.100.7/32'),
  network('75-0001', 'staff', '10.1.9.0/24'),
  network('75-0002', 'guest', '192.168.1.0/24'),
  network('75-0003', 'staff', '192.168.2.0/24'),
  network('13-0001', 'guest', '192.168.2.0/24'),
])

test('the narrowest subnet tells place and network', () => {
  const place = { site: '75-0001', association: '75' }
  expect(clients.find('10.1.2.3')).toEqual({ network: 'guest', ...place })
  expect(clients.find('10.1.9.3')).toEqual({ network: 'staff', ...place })
  expect(clients.find('198.51.100.7')).toEqual({ network: 'guest', ...place })
})

test('a subnet that several places have tells what they have in common', () => {
  expect(clients.find('192.168.1.9')).toEqual({ network: 'guest', site: null, association: '75' })
  expect(clients.find('192.168.2.9')).toEqual({ network: 'guest', site: null, association: null })
})

test('an unknown address inside is a guest of the organisation, one outside a stranger', () => {
  const inside = { network: 'guest', site: null, association: null }
  expect(clients.find('127.0.0.1')).toEqual(inside)
  expect(clients.find('::ffff:172.20.0.1')).toEqual(inside)
  expect(clients.find('198.51.100.8')).toBeNull()
  expect(clients.find('no address')).toBeNull()
})
