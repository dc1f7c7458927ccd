import type { Place } from './place.ts'

/** Where a gateway's own RADIUS clients go: to us, or to the proxy beside them that speaks TLS to us. */
export interface RadiusServer {
  readonly address: string
  readonly authPort: number
  readonly acctPort: number
  readonly secret: string
}

const INTERIM_SECONDS = 600

export function radiusServer({ gateway, centre }: Place): RadiusServer {
  const { secret } = gateway
  return gateway.radsec === null
    ? {
        ...{ address: centre.address, secret },
        ...{ authPort: centre.ports.radius, acctPort: centre.ports.radiusAcct },
      }
    : { address: '127.0.0.1', authPort: 1812, acctPort: 1813, secret }
}

/**
 * 802.1X for staff, on the air (WPA2 and WPA3 Enterprise, management frames protected) or on a cable; and,
 * on the air, the guests' network beside it.
 */
export function hostapdConf(place: Place): string | null {
  const { gateway, guest, staff, devices } = place
  const { dot1x } = devices
  if (staff === null || dot1x === null) return null
  const server = radiusServer(place)
  const radius = `nas_identifier=${gateway.name}
own_ip_addr=127.0.0.1
auth_server_addr=${server.address}
auth_server_port=${server.authPort}
auth_server_shared_secret=${server.secret}
acct_server_addr=${server.address}
acct_server_port=${server.acctPort}
acct_server_shared_secret=${server.secret}
radius_acct_interim_interval=${INTERIM_SECONDS}
${coaOf(place, server)}`
  const head = `# Place ${gateway.site}: made by accueil gateway config.
interface=${dot1x.device}
driver=${dot1x.driver}
ctrl_interface=/run/hostapd
logger_syslog=-1
logger_syslog_level=2
`
  if (dot1x.driver === 'wired') {
    return `${head}ieee8021x=1
use_pae_group_addr=1
eap_reauth_period=0
${radius}`
  }
  return `${head}country_code=FR
ieee80211d=1
hw_mode=g
channel=acs_survey
ieee80211n=1
wmm_enabled=1
bridge=${devices.staff}
ssid=${staffSsid(place)}
# WPA2 and WPA3 Enterprise: SHA-256 key management and protected management frames where the device can.
wpa=2
wpa_key_mgmt=WPA-EAP WPA-EAP-SHA256
rsn_pairwise=CCMP
ieee80211w=1
ieee8021x=1
eap_reauth_period=0
# The network whose VLAN the answer names; that of the staff where it names none.
dynamic_vlan=1
vlan_file=${VLAN_FILE}
${radius}
# The guests' network: open, devices apart from each other. A second radio has the same two.
bss=${dot1x.device}_guest
bridge=${devices.lan}
ssid=${guest.ssid ?? 'Accueil'}
ap_isolate=1
auth_algs=1
`
}

/** On the gateway. */
export const VLAN_FILE = '/etc/hostapd/accueil.vlan'

/** Which bridge a VLAN of an answer is: one that is none of the place's lets nobody in. */
export function hostapdVlans({ guest, staff, devices }: Place): string {
  const { dot1x, lan } = devices
  const lines = [
    { network: staff?.network, bridge: devices.staff },
    { network: guest.network, bridge: lan },
  ].flatMap(({ network, bridge }) => {
    const vlan = network?.vlan ?? null
    return vlan === null || dot1x === null ? [] : [`${vlan} ${dot1x.device}.${vlan} ${bridge}\n`]
  })
  return lines.join('')
}

function staffSsid({ staff, gateway }: Place): string {
  return staff?.ssid ?? `${gateway.site} staff`
}

/** Disconnect and CoA (RFC 5176): from us, or from the proxy that has them of us by its connection. */
function coaOf({ gateway }: Place, server: RadiusServer): string {
  const { coa, radsec } = gateway
  if (coa === null) return ''
  const secret = radsec === null ? coa.secret : server.secret
  return `radius_das_port=${coa.port}
radius_das_client=${server.address} ${secret}
radius_das_time_window=300
`
}
