import { portBlock } from '#core/port-block.ts'
import { radiusServer } from './hostapd.ts'
import { KNOWN_RESOLVERS, PRIVATE_V4 } from './known-resolvers.ts'
import type { Place } from './place.ts'
import { resolverOption } from '#core/provisioning-options.ts'
import { captivePortal, encryptedResolvers } from './provisioning.ts'
import { openPorts } from './garden.ts'

const MARK = 'accueil'

/**
 * A script for RouterOS 7, to be imported on a router whose bridge for guests and way out exist. Everything that
 * it makes is marked, and taken away first, so that it may be imported again.
 */
export function mikrotikScript(place: Place): string {
  const { guest, gateway, centre, devices } = place
  const api = captivePortal(centre, guest)
  const resolvers = encryptedResolvers(centre, centre.address)
  const { lan, wan } = devices
  const options = [
    ...(api === null ? [] : [{ name: 'portal', code: 114, value: `s'${api}'` }]),
    ...(resolvers.length === 0
      ? []
      : [{ name: 'resolver', code: 162, value: `0x${resolverOption(resolvers).toString('hex')}` }]),
  ]
  const names = options.map(({ name }) => `${MARK}-${name}`).join(',')
  const isRadsec = gateway.radsec !== null
  const server = isRadsec
    ? `protocol=radsec certificate=${MARK}-gateway secret=radsec authentication-port=${centre.ports.radsec} accounting-port=${centre.ports.radsec}`
    : `secret=${quoted(radiusServer(place).secret)} authentication-port=${centre.ports.radius} accounting-port=${centre.ports.radiusAcct} require-message-auth=yes-for-request-resp`
  const drop = (what: string): string =>
    `add chain=${MARK}-guest ${what} action=reject reject-with=icmp-admin-prohibited comment=${MARK}`
  return `# Place ${gateway.site}: made by accueil gateway config, for RouterOS 7.
# /import file-name=place.rsc

# What an earlier import made
${[
  '/ip hotspot',
  '/ip dhcp-server',
  '/ip firewall filter',
  '/ip firewall nat',
  '/ip firewall address-list',
  '/ip hotspot walled-garden ip',
  '/ip dhcp-server network',
  '/radius',
]
  .map((path) => `${path} remove [find comment="${MARK}"]`)
  .join('\n')}
${[
  '/ip hotspot profile',
  '/ip hotspot user profile',
  '/ip pool',
  '/ip dhcp-server option sets',
  '/ip dhcp-server option',
]
  .map((path) => `${path} remove [find name~"^${MARK}"]`)
  .join('\n')}

/system identity set name=${quoted(gateway.name)}

# Addresses and names
:if ([:len [/ip address find address="${guest.router}/${guest.prefixLength}"]] = 0) do={ /ip address add address=${guest.router}/${guest.prefixLength} interface=${lan} }
/ip pool add name=${MARK}-guest ranges=${guest.firstLease}-${guest.lastLease}
${options.map(({ name, code, value }) => `/ip dhcp-server option add name=${MARK}-${name} code=${code} value="${value}" force=yes`).join('\n')}
${options.length === 0 ? '' : `/ip dhcp-server option sets add name=${MARK} options=${names}\n`}/ip dhcp-server network add address=${guest.subnet} gateway=${guest.router} dns-server=${guest.router} comment=${MARK}
/ip dhcp-server add name=${MARK} interface=${lan} address-pool=${MARK}-guest lease-time=2h ${options.length === 0 ? '' : `dhcp-option-set=${MARK} `}comment=${MARK}
# RouterOS forwards names to port 53 of our resolver alone.
/ip dns set servers=${centre.address} allow-remote-requests=yes

# RADIUS: who may come in, what is logged, who is put out
/radius add service=hotspot,dot1x,wireless address=${centre.address} ${server} timeout=3s comment=${MARK}
/radius incoming set accept=${gateway.coa === null ? 'no' : `yes port=${gateway.coa.port}`}

# The portal
/ip hotspot profile add name=${MARK} hotspot-address=${guest.router} html-directory=${MARK} login-by=mac,http-chap mac-auth-mode=mac-as-username-and-password use-radius=yes radius-accounting=yes radius-interim-update=10m nas-port-type=wireless-802.11
/ip hotspot user profile add name=${MARK} shared-users=unlimited idle-timeout=none keepalive-timeout=15m
/ip hotspot add name=${MARK} interface=${lan} address-pool=none profile=${MARK} disabled=no comment=${MARK}
${openPorts(place)
  .map(
    ({ address: to, port }) =>
      `/ip hotspot walled-garden ip add action=accept protocol=tcp dst-address=${to} dst-port=${port} comment=${MARK}`,
  )
  .join('\n')}
# Upload login.html, which is beside this file, to the folder ${MARK} of the router.

# What a guest never reaches
/ip firewall address-list
${PRIVATE_V4.map((one) => `add list=${MARK}-private address=${one} comment=${MARK}`).join('\n')}
${KNOWN_RESOLVERS.map((one) => `add list=${MARK}-resolvers address=${one} comment=${MARK}`).join('\n')}
/ip firewall filter
add chain=forward in-interface=${lan} action=jump jump-target=${MARK}-guest comment=${MARK} place-before=0
add chain=forward out-interface=${lan} connection-state=!established,related action=drop comment=${MARK} place-before=1
${openPorts(place)
  .map(
    ({ address, port }) =>
      `add chain=${MARK}-guest dst-address=${address} protocol=tcp dst-port=${port} action=accept comment=${MARK}`,
  )
  .join('\n')}
${drop('protocol=tcp dst-port=853')}
${drop('protocol=udp dst-port=853')}
${drop(`dst-address-list=${MARK}-resolvers protocol=tcp dst-port=53,443`)}
${drop(`dst-address-list=${MARK}-resolvers protocol=udp dst-port=53,443`)}
${drop(`dst-address-list=${MARK}-private`)}
add chain=${MARK}-guest out-interface=!${wan} action=drop comment=${MARK}
# Devices of one bridge do not meet; on the access points turn on client isolation too.
/interface bridge port set [find bridge=${lan}] horizon=1

# Whatever resolver a device was told, ours answers
/ip firewall nat
add chain=dstnat in-interface=${lan} protocol=udp dst-port=53 action=redirect to-ports=53 comment=${MARK} place-before=0
add chain=dstnat in-interface=${lan} protocol=tcp dst-port=53 action=redirect to-ports=53 comment=${MARK} place-before=1

# Each device has a block of source ports of its own (RFC 7422)
${blockRules(place)}
`
}

/** The login page of the hotspot: it leads to the portal with what the router knows. */
export function mikrotikLogin({ centre }: Place): string {
  const to = new URL(centre.portalPath, centre.portalUrl).href
  const query = [
    ...['mac=$(mac-esc)', 'ip=$(ip)', 'link-login-only=$(link-login-only-esc)'],
    ...['link-orig=$(link-orig-esc)', 'chap-id=$(chap-id)', 'chap-challenge=$(chap-challenge)'],
  ].join('&amp;')
  return `<!doctype html>
<html><head><meta http-equiv="refresh" content="0;url=${to}?${query}"></head>
<body><a href="${to}?${query}">${centre.portalUrl.hostname}</a></body></html>
`
}

function blockRules({ guest, devices }: Place): string {
  const { nat, subnets } = guest.network
  const target = `out-interface=${devices.wan} comment=${MARK}`
  const rules = guest.leases.flatMap((address) => {
    const block = nat === null ? null : portBlock(nat, subnets, address)
    if (block === null) return []
    return ['tcp', 'udp'].map(
      (protocol) =>
        `add chain=${MARK}-ports src-address=${address} protocol=${protocol} action=masquerade to-ports=${block.first}-${block.last} comment=${MARK}`,
    )
  })
  return [
    `add chain=srcnat src-address=${guest.subnet} action=jump jump-target=${MARK}-ports ${target} place-before=0`,
    ...rules,
    `add chain=${MARK}-ports action=masquerade comment=${MARK}`,
  ].join('\n')
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"$]/g, '\\$&')}"`
}
