import { expect, test } from 'vitest'
import { portBlock } from '#core/port-block.ts'
import { isolation, nftables } from './nftables.ts'
import { testPlace } from './testing/place.ts'

const place = testPlace()
const rules = nftables(place)

test('every lease goes out by the block of ports that the log will say', () => {
  const { network, leases } = place.guest
  for (const address of leases) {
    const block = network.nat && portBlock(network.nat, network.subnets, address)
    expect(rules).toContain(`${address} : jump ports_${block?.first}`)
    expect(rules).toContain(
      `chain ports_${block?.first} {\n    meta l4proto { tcp, udp, icmp } masquerade to :${block?.first}-${block?.last}\n`,
    )
  }
})

test('who has no block goes out by ports that are nobody’s', () => {
  expect(rules).toContain(
    'ip saddr 192.168.78.0/24 meta l4proto { tcp, udp, icmp } masquerade to :1024-8191',
  )
})

test('without a declared translation there are no blocks', () => {
  const { gateway, guest } = place
  const network = { ...guest.network, nat: null }
  const plain = nftables(testPlace({ gateway, guest: { ...guest, network }, ownPorts: null }))
  expect(plain).not.toMatch(/ports_|vmap/)
  expect(plain).toContain('ip saddr 192.168.77.0/24 masquerade\n')
})

test('the portal and what signing in needs are open before anything is closed', () => {
  const open = nftables(testPlace({ garden: ['198.51.100.7', '203.0.113.5'] }))
  expect(open).toContain('elements = { 203.0.113.5 . 443, 198.51.100.7 . 443 }')
  expect(open.indexOf('@garden accept')).toBeLessThan(open.indexOf('@resolvers meta'))
  expect(nftables(testPlace({ url: 'http://10.1.2.3:8080' }))).toContain('203.0.113.5 . 8080')
})

test('it can be loaded again, and devices of a bridge are kept apart', () => {
  expect(rules).toMatch(/^table inet accueil\ndelete table inet accueil\n/m)
  expect(isolation(place)).toContain('/sys/class/net/br-guest/brif/*')
})

test('where openNDS lets devices in, nobody passes without its mark', () => {
  const { gateway } = place
  const mark = 'meta mark & 0x00020000 == 0 counter reject'
  expect(nftables(testPlace({ gateway: { ...gateway, kind: 'opennds' } }))).toContain(mark)
  expect(nftables(testPlace({ gateway: { ...gateway, kind: 'generic' } }))).not.toContain(mark)
})
