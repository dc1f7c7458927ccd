import {
  captivePortalRouterOption,
  resolverOption,
  resolverOptionV6,
  resolverRouterOption,
} from '#core/provisioning-options.ts'
import { portBlock } from '#core/port-block.ts'
import { radiusServer } from './hostapd.ts'
import { KNOWN_RESOLVERS, PRIVATE_V4 } from './known-resolvers.ts'
import type { Place, PlaceNetwork } from './place.ts'
import { captivePortal, encryptedResolvers } from './provisioning.ts'

/** Every value that a gateway needs, for those that are set up by hand; one a line, `key value`. */
export function values(place: Place): string {
  const { gateway, guest, staff, centre, garden } = place
  const server = radiusServer({ ...place, gateway: { ...gateway, radsec: null } })
  const portal = new URL(centre.portalPath, centre.portalUrl).href
  const radsec =
    gateway.radsec === null
      ? []
      : [
          ['radsec', `${centre.address}:${centre.ports.radsec}`],
          ['radsec-server-name', centre.radiusName],
          ['radsec-secret', 'radsec'],
        ]
  const rows: readonly (readonly string[])[] = [
    ['place', gateway.site],
    ['gateway', gateway.name],
    ['portal', portal],
    ['radius-authentication', `${server.address}:${server.authPort}`],
    ['radius-accounting', `${server.address}:${server.acctPort}`],
    ['radius-secret', server.secret],
    ['radius-interim-seconds', '600'],
    ...radsec,
    ...(gateway.coa === null
      ? []
      : [
          ['coa-from', centre.address],
          ['coa-port', `${gateway.coa.port}`],
          ['coa-secret', gateway.coa.secret],
        ]),
    ['dns', `${centre.address}:${centre.ports.dns}`],
    ['walled-garden', [centre.portalUrl.host, ...garden].join(' ')],
    ...networkRows(guest, place),
    ...(staff === null ? [] : networkRows(staff, place)),
    ['closed-to-guests', PRIVATE_V4.join(' ')],
    ['closed-ports', 'tcp/853 udp/853'],
    ['closed-resolvers', KNOWN_RESOLVERS.join(' ')],
  ]
  return rows.map(([key, value]) => `${key} ${value}\n`).join('')
}

/** Three times the usual pause between advertisements (RFC 9463 §6.1). */
const RA_SECONDS = 1800

function networkRows(one: PlaceNetwork, { centre }: Place): readonly (readonly string[])[] {
  const { kind, nat, subnets, vlan } = one.network
  const api = captivePortal(centre, one)
  const resolvers = encryptedResolvers(centre, centre.address)
  const [first6] = encryptedResolvers(centre, centre.address6)
  const first = nat === null ? null : portBlock(nat, subnets, one.firstLease)
  return [
    [`${kind}-subnet`, one.subnet],
    [`${kind}-dns-token`, one.dnsToken],
    [`${kind}-router`, one.router],
    [`${kind}-leases`, `${one.firstLease}-${one.lastLease}`],
    ...(vlan === null ? [] : [[`${kind}-vlan`, `${vlan}`]]),
    ...(api === null
      ? []
      : [
          [`${kind}-dhcp-114`, api],
          [`${kind}-dhcpv6-103`, api],
          [`${kind}-ra-37-hex`, captivePortalRouterOption(api).toString('hex')],
        ]),
    ...(resolvers.length === 0
      ? []
      : [[`${kind}-dhcp-162-hex`, resolverOption(resolvers).toString('hex')]]),
    ...(first6 === undefined
      ? []
      : [
          [`${kind}-dhcpv6-144-hex`, resolverOptionV6(first6).toString('hex')],
          [`${kind}-ra-144-hex`, resolverRouterOption(first6, RA_SECONDS).toString('hex')],
        ]),
    ...(first === null
      ? []
      : [[`${kind}-ports-of-${one.firstLease}`, `${first.first}-${first.last}`]]),
  ]
}

/** The link of kind `generic`, made by a shell that has openssl. */
export function signScript({ gateway, centre }: Place): string {
  return `#!/bin/sh
# The address to which a phone is sent that is not let in yet: sign.sh MAC IP
set -eu
gateway=${gateway.name}
secret=${shellQuoted(gateway.secret)}
mac=$1
ip=$2
t=$(date +%s)
sig=$(printf '%s\\n%s\\n%s\\n%s' "$gateway" "$mac" "$ip" "$t" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)
echo "${new URL('/guest', centre.portalUrl).href}?gateway=$gateway&mac=$mac&ip=$ip&t=$t&sig=$sig"
`
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
