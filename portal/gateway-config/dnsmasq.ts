import type { Place, PlaceNetwork } from './place.ts'
import { resolverOption } from '#core/provisioning-options.ts'
import { captivePortal, colons, encryptedResolvers } from './provisioning.ts'

/** Leases of a guest: so short that a place with many visitors a day does not run out of addresses. */
const GUEST_LEASE = '2h'
const STAFF_LEASE = '12h'

/**
 * Addresses by DHCP, and names by our resolver, for one network: each has a server of its own, since it is by a
 * word of this server that ours knows whose questions they are. What ours said is said again while we are away.
 */
export function dnsmasq(place: Place, kind: 'guest' | 'staff'): string | null {
  const { devices, centre } = place
  const network = place[kind]
  if (network === null) return null
  const device = kind === 'guest' ? devices.lan : devices.staff
  const lease = kind === 'guest' ? GUEST_LEASE : STAFF_LEASE
  return `# Place ${network.network.site}: made by accueil gateway config.
bind-dynamic
interface=${device}
except-interface=lo
no-hosts
no-resolv
server=${centre.address}#${centre.ports.dns}
# By which the resolver knows this network, whatever address its questions come from.
add-cpe-id=${network.dnsToken}
domain-needed
cache-size=2000
# Names that were known when the centre went away, for a day (RFC 8767).
use-stale-cache=86400
dns-forward-max=300
dhcp-authoritative
dhcp-leasefile=/var/lib/misc/dnsmasq${kind === 'guest' ? '' : '-staff'}.leases

${networkOf(kind, device, lease, network, place)}`
}

function networkOf(
  tag: string,
  device: string,
  lease: string,
  network: PlaceNetwork,
  { centre }: Place,
): string {
  const api = captivePortal(centre, network)
  const resolvers = encryptedResolvers(centre, centre.address)
  const option = (what: string): string => `dhcp-option=tag:${tag},${what}\n`
  return [
    `# ${network.subnet} on ${device}\n`,
    `dhcp-range=set:${tag},${network.firstLease},${network.lastLease},${network.netmask},${lease}\n`,
    option(`option:router,${network.router}`),
    option(`option:dns-server,${network.router}`),
    // RFC 8910: where a phone asks whether it is let in.
    ...(api === null ? [] : [option(`114,${api}`)]),
    // RFC 9463: the resolver to which it may speak over TLS.
    ...(resolvers.length === 0 ? [] : [option(`162,${colons(resolverOption(resolvers))}`)]),
    '\n',
  ].join('')
}
