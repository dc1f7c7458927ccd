import { expect, test } from 'vitest'
import { GENERIC } from '../portal-fixture.ts'
import { meraki } from './meraki.ts'
import { CONNECTED, conforms, deviceOf, opening, visit } from './testing/conformance.ts'

const gateway = { ...GENERIC, name: 'mk-0042', kind: 'meraki' } as const
const GRANT = 'https://eu.network-auth.com/splash/grant?node=1'

type Change = Partial<Record<'mac' | 'ip' | 'origin' | 'grant', string>>
const link = ({
  mac = '02:ac:c0:e1:00:01',
  ip = '192.168.77.9',
  origin = 'http://example.com/',
  grant = GRANT,
}: Change = {}): string =>
  `/guest/from/mk-0042/key?${new URLSearchParams({ base_grant_url: grant, user_continue_url: origin, node_id: '1', node_mac: '00:18:0a:00:00:01', gateway_id: '1', client_ip: ip, client_mac: mac }).toString()}`

conforms({
  adapter: meraki,
  gateway,
  named: true,
  link,
  elsewhere: {
    'another host': () => link({ grant: 'https://evil.example/splash/grant' }),
    'a host that ends alike': () => link({ grant: 'https://evilnetwork-auth.com/' }),
    'a host with that in its path': () => link({ grant: 'https://evil.example/.network-auth.com' }),
    'a name before it': () => link({ grant: 'https://eu.network-auth.com@evil.example/' }),
    'no TLS': () => link({ grant: 'http://eu.network-auth.com/splash/grant' }),
    user_continue_url: () => link({ origin: 'https://evil.example/' }),
  },
  opensAt: /^https:\/\/eu\.network-auth\.com\/splash\/grant\?node=1&continue_url=/,
})

test('the cloud is told where to go on, and for how many seconds', async () => {
  const device = deviceOf(meraki.receive(visit(link(), [gateway], { named: gateway })))
  const release = await meraki.release(device, opening())
  if (release.outcome !== 'go') throw new Error(release.outcome)
  const { searchParams } = new URL(release.location)
  expect(Object.fromEntries(searchParams)).toEqual({
    node: '1',
    continue_url: CONNECTED.url,
    duration: '3600',
  })
})
