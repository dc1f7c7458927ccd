import type { Gateway } from '#db/gateways.ts'
import type { Network } from '#db/sites.ts'
import { freePorts, placeNetwork } from '../place.ts'
import type { Place } from '../place.ts'

const network = (kind: 'guest' | 'staff', third: number): Network => ({
  ...{ site: '75-0042', siteName: 'Centre Nation', association: '75', timezone: 'Europe/Paris' },
  ...{ kind, vlan: kind === 'staff' ? 20 : null, grantSeconds: 3600, captive: null },
  subnets: ['2001:db8::/64', `192.168.${third}.0/24`],
  nat:
    kind === 'guest' ? { address: null, firstPort: 8192, lastPort: 65_535, portsEach: 200 } : null,
})

export const gateway: Gateway = {
  ...{ name: 'gw-0042', site: '75-0042', siteName: 'Centre Nation', association: '75' },
  ...{ address: '203.0.113.9/32', secret: 's3cret"of$0042', formerSecret: null },
  ...{ kind: 'opennds', vendor: 'standard', fas: { level: 1, key: '1234567890' } },
  ...{ radsec: null, coa: null, messageAuthenticator: 'required' },
  ...{ guest: network('guest', 77), staff: network('staff', 78) },
}

/** The place of the contract's example, with what a test wants otherwise. */
export function testPlace(
  changes: { readonly gateway?: Partial<Gateway>; readonly url?: string } & Partial<
    Omit<Place, 'gateway'>
  > = {},
): Place {
  const { gateway: other = {}, url = 'https://portail.example.org', ...rest } = changes
  const one = { ...gateway, ...other }
  return {
    gateway: one,
    guest: placeNetwork(network('guest', 77), { ssid: 'Les Restos', dnsToken: 'guesttoken' }),
    staff: placeNetwork(network('staff', 78), { ssid: null, dnsToken: 'stafftoken' }),
    centre: {
      address: '203.0.113.5',
      portalUrl: new URL(url),
      portalPath: '/guest',
      ports: { radius: 1812, radiusAcct: 1813, radsec: 2083, dns: 53 },
      radiusName: 'portail.example.org',
      caPem: '-----BEGIN CERTIFICATE-----\n',
      address6: null,
      encryptedDns: null,
    },
    devices: {
      ...{ lan: 'br-guest', wan: 'eth0', staff: 'br-staff' },
      dot1x: { device: 'wlan0', driver: 'nl80211' },
    },
    garden: [],
    ownPorts: freePorts([one.guest, one.staff]),
    ...rest,
  }
}
