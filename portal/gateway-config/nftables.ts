import { portBlock } from '#core/port-block.ts'
import { openPorts } from './garden.ts'
import { KNOWN_RESOLVERS, PRIVATE_V4 } from './known-resolvers.ts'
import type { Place, PlaceNetwork } from './place.ts'

/** Where openNDS itself answers phones. */
const OPENNDS_PORT = 2050

/** openNDS's own two marks of who may pass, 0x20000 (trusted) and 0x30000 (authenticated), have this bit in common. */
const LET_IN_ALONE = `
    # Whom openNDS let in has its mark; while it does not run, as after a power cut, nobody is let in.
    meta mark & 0x00020000 == 0 counter reject with icmpx admin-prohibited`

/**
 * The firewall of a place: what a guest never reaches, whatever the captive portal thinks of it, and which
 * source ports each device goes out with. Tables of their own, loaded in one transaction, so that it may be
 * loaded again at any time.
 */
export function nftables(place: Place): string {
  const { guest, staff, devices } = place
  const { lan, wan } = devices
  return `#!/usr/sbin/nft -f
# Place ${guest.network.site}, gateway ${place.gateway.name}: made by accueil gateway config. Load it with nft -f.

table inet accueil
delete table inet accueil

table inet accueil {
  # Open to guests before and after acceptance, although it may be a private address: the portal, signing in.
  set garden {
    type ipv4_addr . inet_service
    elements = { ${openPorts(place)
      .map(({ address, port }) => `${address} . ${port}`)
      .join(', ')} }
  }
  set private {
    type ipv4_addr
    flags interval
    elements = { ${PRIVATE_V4.join(', ')} }
  }
  # Resolvers that would go round the filter by DNS over HTTPS.
  set resolvers {
    type ipv4_addr
    flags interval
    auto-merge
    elements = { ${KNOWN_RESOLVERS.join(', ')} }
  }

  # Whatever resolver a guest's device has been told, it is ours that answers.
  chain dns {
    type nat hook prerouting priority dstnat - 5; policy accept;
    iifname "${lan}" udp dport 53 counter redirect to :53
    iifname "${lan}" tcp dport 53 counter redirect to :53
  }

  # Before the rules of openNDS (priority filter): what is refused here it cannot allow.
  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    iifname "${lan}" jump from_guest
    oifname "${lan}" ct state established,related accept
    # Nobody begins a connection to a guest: no other guest, no staff, nobody outside.
    oifname "${lan}" counter drop
  }
  chain from_guest {
    # The captive portal tells IPv4 addresses apart, and no others.
    meta nfproto ipv6 counter drop
    oifname "${lan}" counter drop
    ip saddr != ${guest.subnet} counter drop
    ip daddr . tcp dport @garden accept
    meta l4proto { tcp, udp } th dport 853 counter reject with icmpx admin-prohibited
    ip daddr @resolvers meta l4proto { tcp, udp } th dport { 53, 443 } counter reject with icmpx admin-prohibited
    ip daddr @private counter reject with icmpx admin-prohibited
    oifname != "${wan}" counter reject with icmpx admin-prohibited${place.gateway.kind === 'opennds' ? LET_IN_ALONE : ''}
  }

  # Of the gateway itself a guest needs an address, names, and the portal's redirect.
  chain input {
    type filter hook input priority filter - 5; policy accept;
    iifname "${lan}" jump to_gateway
  }
  chain to_gateway {
    ct state established,related accept
    udp dport 67 accept
    ip daddr ${guest.router} udp dport 53 accept
    ip daddr ${guest.router} tcp dport { 53, ${OPENNDS_PORT} } accept
    ip daddr ${guest.router} icmp type echo-request limit rate 20/second accept
    counter drop
  }

  # Each device has a block of source ports of its own (RFC 7422): address, port and time name one device,
  # and no destination is ever written down.
${blocksOf(place)}
  chain out {
    type nat hook postrouting priority srcnat; policy accept;
${[guest, ...(staff === null ? [] : [staff])].map((one) => outOf(place, one)).join('\n')}
  }
}
`
}

/** Devices of one bridge never meet, whatever port of it they are on; hostapd's ap_isolate is for those of one radio. */
export function isolation({ guest, devices: { lan } }: Place): string {
  return `#!/bin/sh
# Place ${guest.network.site}: made by accueil gateway config. May be run again, as when a port was added.
set -eu
for port in /sys/class/net/${lan}/brif/*; do
  [ -e "$port" ] || continue
  bridge link set dev "$(basename "$port")" isolated on
done
# The same for ports that come later, where the kernel knows the name of a bridge (nft_meta_bridge).
nft -f - 2> /dev/null << 'END' || echo "run this again when a port is added to ${lan}" >&2
table bridge accueil
delete table bridge accueil
table bridge accueil {
  chain forward {
    type filter hook forward priority filter; policy accept;
    meta ibrname "${lan}" meta obrname "${lan}" counter drop
  }
}
END
`
}

interface Block {
  readonly address: string
  readonly chain: string
  readonly first: number
  readonly last: number
}

/** Of addresses without one there is none: its packets go out by the ports that are nobody's. */
function blocks({ network, leases, router }: PlaceNetwork): readonly Block[] {
  const { nat, subnets } = network
  if (nat === null) return []
  return [router, ...leases].flatMap((address) => {
    const block = portBlock(nat, subnets, address)
    return block === null ? [] : [{ address, chain: `ports_${block.first}`, ...block }]
  })
}

/** By masquerade, whatever the address of the way out is: behind a box that has the public one it is private. */
function blocksOf({ guest, staff }: Place): string {
  return [guest, ...(staff === null ? [] : [staff])]
    .flatMap(blocks)
    .map(
      ({ chain, first, last }) =>
        `  chain ${chain} {\n    meta l4proto { tcp, udp, icmp } masquerade to :${first}-${last}\n  }\n`,
    )
    .join('')
}

function outOf({ devices, ownPorts }: Place, one: PlaceNetwork): string {
  const from = `oifname "${devices.wan}" ip saddr`
  const pairs = blocks(one).map(({ address, chain }) => `${address} : jump ${chain}`)
  const rest = ownPorts === null ? '' : ` to :${ownPorts.first}-${ownPorts.last}`
  const known = pairs.length === 0 ? [] : [`${from} vmap { ${pairs.join(', ')} }`]
  return [
    ...known,
    `${from} ${one.subnet} meta l4proto { tcp, udp, icmp } masquerade${rest}`,
    `${from} ${one.subnet} masquerade`,
  ]
    .map((line) => `    ${line}`)
    .join('\n')
}
