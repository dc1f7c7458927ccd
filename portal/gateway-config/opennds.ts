import { AppError } from '#core/error.ts'
import { openPorts } from './garden.ts'
import type { Place } from './place.ts'

/** Minutes, of what openNDS lets in without asking the portal again. */
const SESSION_MINUTES = 1440
const POLL_SECONDS = 5
/**
 * How often openNDS 9 looks which sessions have ended. It divides by zero and ends, and puts everybody out, where a phone
 * comes in within the second after such a look began: the fewer the better, and it refuses a quarter of an hour.
 */
const CHECK_SECONDS = 120

interface FasSettings {
  readonly level: number
  readonly key: string
  readonly port: string
  readonly path: string
  readonly address: string
  /** The name in the portal's certificate, where openNDS goes there by TLS. */
  readonly name: string | null
}

/** How openNDS is told where the portal is; throws a sentence where what is declared does not fit. */
function fasOf({ gateway, centre }: Place): FasSettings {
  const { fas } = gateway
  if (fas === null) {
    throw new AppError(
      'place',
      `gateway ${gateway.name} has no fas: declare fas: { level: 1, key: … }`,
    )
  }
  const { portalUrl, portalPath, address } = centre
  const isEncrypted = portalUrl.protocol === 'https:'
  if (fas.level >= 3 && !isEncrypted) {
    throw new AppError(
      'place',
      `gateway ${gateway.name} has fas level ${fas.level}, which goes by https://, and ACCUEIL_PUBLIC_URL is ${portalUrl.href}`,
    )
  }
  return {
    ...{ level: fas.level, key: fas.key, path: portalPath, address },
    port: portalUrl.port || (isEncrypted ? '443' : '80'),
    name: isEncrypted ? portalUrl.hostname : null,
  }
}

/** openNDS 9 and 10 on Debian, /etc/opennds/opennds.conf. */
export function openndsConf(place: Place): string {
  const { gateway, devices } = place
  const fas = fasOf(place)
  const polled = `# AuthMon reads this out of a comment: the daemon does not know the word.
# nat_traversal_poll_interval ${POLL_SECONDS}
BinAuth /usr/lib/opennds/binauth_log.sh
`
  return `# Place ${gateway.site}: made by accueil gateway config.
GatewayInterface ${devices.lan}
GatewayName ${gateway.name}
gatewayfqdn disable
fasport ${fas.port}
faspath ${fas.path}
fasremoteip ${fas.address}
${fas.name === null ? '' : `fasremotefqdn ${fas.name}\n`}fas_secure_enabled ${fas.level}
faskey ${fas.key}
${fas.level >= 3 ? polled : ''}SessionTimeout ${SESSION_MINUTES}
CheckInterval ${CHECK_SECONDS}
FirewallRuleSet authenticated-users {
  FirewallRule allow all
}
FirewallRuleSet preauthenticated-users {
${openPorts(place)
  .map(({ address, port }) => `  FirewallRule allow tcp port ${port} to ${address}\n`)
  .join('')}}
FirewallRuleSet users-to-router {
  FirewallRule allow udp port 53
  FirewallRule allow tcp port 53
  FirewallRule allow udp port 67
  FirewallRule allow icmp
}
`
}

/** The same for OpenWrt, /etc/config/opennds. */
export function openndsUci(place: Place): string {
  const { gateway, devices } = place
  const fas = fasOf(place)
  const option = (name: string, value: string | number): string => `\toption ${name} '${value}'\n`
  const list = (name: string, value: string): string => `\tlist ${name} '${value}'\n`
  return [
    `# Place ${gateway.site}: made by accueil gateway config.\nconfig opennds\n`,
    option('enabled', 1),
    option('gatewayinterface', devices.lan),
    option('gatewayname', gateway.name),
    option('gatewayfqdn', 'disable'),
    option('login_option_enabled', 0),
    option('fasport', fas.port),
    option('faspath', fas.path),
    option('fasremoteip', fas.address),
    ...(fas.name === null ? [] : [option('fasremotefqdn', fas.name)]),
    option('fas_secure_enabled', fas.level),
    option('faskey', fas.key),
    ...(fas.level >= 3
      ? [
          option('nat_traversal_poll_interval', POLL_SECONDS),
          option('binauth', '/usr/lib/opennds/binauth_log.sh'),
        ]
      : []),
    option('sessiontimeout', SESSION_MINUTES),
    ...openPorts(place).map(({ address, port }) =>
      list('preauthenticated_users', `allow tcp port ${port} to ${address}`),
    ),
    list('authenticated_users', 'allow all'),
    list('users_to_router', 'allow udp port 53'),
    list('users_to_router', 'allow tcp port 53'),
    list('users_to_router', 'allow udp port 67'),
    list('users_to_router', 'allow icmp'),
  ].join('')
}
