import type { Place } from './place.ts'
import { resolverOption } from '#core/provisioning-options.ts'
import { captivePortal, colons, encryptedResolvers } from './provisioning.ts'

/**
 * dnsmasq and odhcpd of OpenWrt, as uci commands that may be run again: addresses, names by our resolver, and
 * the captive portal's API in DHCPv4, DHCPv6 and router advertisements.
 */
export function openwrtDhcp(place: Place): string {
  const { guest, centre, devices } = place
  const api = captivePortal(centre, guest)
  const resolvers = encryptedResolvers(centre, centre.address)
  const start = Number(guest.firstLease.split('.').at(-1))
  return `#!/bin/sh
# Place ${guest.network.site}: made by accueil gateway config. Run it on the router; it may be run again.
set -eu
uci -q delete network.guest || true
uci set network.guest=interface
uci set network.guest.device='${devices.lan}'
uci set network.guest.proto='static'
uci set network.guest.ipaddr='${guest.router}'
uci set network.guest.netmask='${guest.netmask}'

uci -q delete dhcp.guest || true
uci set dhcp.guest=dhcp
uci set dhcp.guest.interface='guest'
uci set dhcp.guest.start='${start}'
uci set dhcp.guest.limit='${guest.leases.length}'
uci set dhcp.guest.leasetime='2h'
${
  api === null
    ? ''
    : `uci add_list dhcp.guest.dhcp_option='114,${api}'
# odhcpd gives it in DHCPv6 (103) and router advertisements (37).
uci set dhcp.guest.captive_portal_uri='${api}'
`
}${resolvers.length === 0 ? '' : `uci add_list dhcp.guest.dhcp_option='162,${colons(resolverOption(resolvers))}'\n`}uci set dhcp.@dnsmasq[0].noresolv='1'
uci -q delete dhcp.@dnsmasq[0].server || true
uci add_list dhcp.@dnsmasq[0].server='${centre.address}#${centre.ports.dns}'
# By which the resolver knows this network, whatever address its questions come from.
mkdir -p /etc/dnsmasq.d
printf 'add-cpe-id=%s\\n' '${guest.dnsToken}' > /etc/dnsmasq.d/accueil.conf
uci set dhcp.@dnsmasq[0].confdir='/etc/dnsmasq.d'

# firewall4 reads the rules of the place after its own.
uci -q delete firewall.accueil || true
uci set firewall.accueil=include
uci set firewall.accueil.type='script'
uci set firewall.accueil.path='/etc/accueil/load.sh'
uci set firewall.accueil.fw4_compatible='1'
mkdir -p /etc/accueil
cp "$(dirname "$0")/place.nft" /etc/accueil/place.nft
cp "$(dirname "$0")/isolate.sh" /etc/accueil/isolate.sh
printf '#!/bin/sh\\nnft -f /etc/accueil/place.nft\\nsh /etc/accueil/isolate.sh\\n' > /etc/accueil/load.sh
chmod 755 /etc/accueil/load.sh
cp "$(dirname "$0")/opennds" /etc/config/opennds

uci commit
/etc/init.d/network reload
/etc/init.d/dnsmasq restart
/etc/init.d/firewall restart
/etc/init.d/opennds enable
/etc/init.d/opennds restart
`
}
