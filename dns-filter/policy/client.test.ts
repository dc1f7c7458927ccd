import { expect, test } from 'vitest'
import type { Network } from '#db/sites.ts'
import { readQuery } from '../message/query.ts'
import { wireQuery } from '../testing/asking.ts'
import { OVER_UDP } from '../via.ts'
import { createClients } from './client.ts'
import type { Client } from './client.ts'

function network(site: string, kind: Network['kind'], ...subnets: readonly string[]): Network {
  const association = site.slice(0, 2)
  return {
    ...{ site, siteName: site, association, timezone: 'Europe/Paris', kind },
    ...{ vlan: null, grantSeconds: 60, subnets, nat: null, captive: null },
  }
}

const subnets: readonly Network[] = [
  network('75-0001', 'guest', '10.1.0.0/16', '192.168.1.0/24', '198.51.100.7/32'),
  network('75-0001', 'staff', '10.1.9.0/24'),
  network('75-0002', 'guest', '192.168.1.0/24'),
  network('75-0003', 'staff', '192.168.2.0/24'),
  network('13-0001', 'guest', '192.168.2.0/24'),
]
const clients = createClients({ networks: subnets, tokens: [], devices: [] }, () => 0)
const plain = readQuery(wireQuery('www.example.net'))

function at(address: string): Partial<Client> | null {
  return clients.find(address, OVER_UDP, plain)
}

test('the narrowest subnet tells place and network', () => {
  const place = { site: '75-0001', association: '75' }
  expect(at('10.1.2.3')).toMatchObject({ network: 'guest', ...place })
  expect(at('10.1.9.3')).toMatchObject({ network: 'staff', ...place })
  expect(at('198.51.100.7')).toMatchObject({ network: 'guest', ...place })
})

test('a subnet that several places have tells what they have in common', () => {
  expect(at('192.168.1.9')).toMatchObject({ network: 'guest', site: null, association: '75' })
  expect(at('192.168.2.9')).toMatchObject({ network: 'guest', site: null, association: null })
})

test('an unknown address inside is a guest of the organisation, one outside a stranger', () => {
  const inside = { network: 'guest', site: null, association: null }
  expect(at('127.0.0.1')).toMatchObject(inside)
  expect(at('::ffff:172.20.0.1')).toMatchObject(inside)
  expect(at('198.51.100.8')).toBeNull()
  expect(at('no address')).toBeNull()
})
