import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace } from './namespaces.ts'
import { eventually, run, start } from './process.ts'
import type { Exit, Running } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface OpenNds extends Running {
  /** What `ndsctl` answers, run beside this gateway. */
  ndsctl(...args: readonly string[]): Promise<string>
  /** How often it fell over and was started again: its phones are out then. */
  falls(): number
  /** Until it answers, which it does with its rules in place. */
  answers(): Promise<void>
}

export interface OpenNdsOptions {
  readonly folder: RunFolder
  readonly namespace: Namespace
  readonly lan: string
  readonly name: string
  /** A command that leaves no rule of one that ran before. */
  readonly clearRules: string
  /** The folder it sees as /tmp: it keeps its socket there and looks for DHCP leases. */
  readonly tmp: string
  /** Null: openNDS shows its own page, with a button. */
  readonly portal: {
    readonly address: string
    readonly port: number
    readonly path: string
  } | null
  readonly key: string
  /** 1: the phone carries the token back. 3 and 4: AuthMon asks the portal, over TLS under this root. */
  readonly level: 1 | 3 | 4
  readonly tls?: { readonly name: string; readonly caFile: string }
  /** The DNS of the place. */
  readonly nameserver: string
  /** How long it lets a phone be in that says nothing else; a day where nothing is said. */
  readonly sessionMinutes?: number
  /** How often it looks for sessions that have ended; it refuses a quarter of an hour and more. */
  readonly checkSeconds?: number
}

/**
 * 9.10 and 10.3 divide by zero where a phone comes in within the second after such a look began
 * (`now - window_start + 1`), and end: the fewer looks the better.
 */
export const CHECK_SECONDS = 20

const FELL_OVER = 'openNDS fell over, and is started again'

/** As systemd would, which its unit asks for (Restart=on-failure): 128 and more is a signal's. */
export function startedAgain(command: string, before: string): string {
  return `while ${command}; test $? -ge 128; do echo '${FELL_OVER}'; ${before}; done`
}

/**
 * openNDS 9.10. It looks for its scripts among all processes, edits /etc/hosts, keeps files in /tmp, calls `systemctl` and
 * whatever `iptables` is on the PATH: it gets namespaces with its own of each. Of the two
 * kinds of iptables only the legacy one takes the rules it writes to FORWARD.
 */
export async function startOpenNds(o: OpenNdsOptions): Promise<OpenNds> {
  const etc = o.folder.fresh('opennds-etc')
  cpSync('/etc/opennds', etc, { recursive: true })
  writeFileSync(join(etc, 'opennds.conf'), settings(o))
  const { tls, portal } = o
  const name = tls === undefined || portal === null ? '' : `${portal.address} ${tls.name}\n`
  const hosts = o.folder.write('opennds-hosts', `127.0.0.1 localhost\n${name}`)
  if (o.tls !== undefined) cpSync(o.tls.caFile, join(o.tmp, 'ca.pem'))
  const tools = join(o.tmp, 'tools')
  if (!existsSync(tools)) {
    mkdirSync(tools, { recursive: true })
    symlinkSync('/usr/sbin/iptables-legacy', join(tools, 'iptables'))
    symlinkSync('/usr/bin/true', join(tools, 'systemctl'))
  }
  const script = [
    `mount --bind ${etc} /etc/opennds`,
    `mount --bind ${hosts} /etc/hosts`,
    `mount --bind ${o.tmp} /tmp`,
    'export PATH=/tmp/tools:$PATH',
    'export SSL_CERT_FILE=/tmp/ca.pem',
    // It looks for its old rules with nft, where the legacy ones are not, and ends at its own chains.
    startedAgain('opennds -f -d 2', o.clearRules),
  ].join(' && ')
  const running = start(
    'opennds',
    [
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['--propagation', 'private', 'sh', '-c', script],
    ],
    { folder: o.folder, namespace: o.namespace.name },
  )
  const ndsctl = async (...args: readonly string[]): Promise<string> => {
    const inside = ['nsenter', '-t', `${running.pid}`, '-m', '-n', 'ndsctl', ...args]
    const done = await run(inside, { timeoutMs: 10_000 })
    return done.stdout
  }
  await started(running, ndsctl)
  // As when the power goes: unshare holds SIGTERM back until its child has ended.
  const stop = (): Promise<Exit> => running.stop('SIGKILL')
  return openNdsOf(running, ndsctl, stop)
}

/** What either version is to a scenario. */
export function openNdsOf(
  running: Running,
  ndsctl: OpenNds['ndsctl'],
  stop: () => Promise<Exit>,
): OpenNds {
  return {
    ...running,
    ndsctl,
    falls: () => running.output().split(FELL_OVER).length - 1,
    answers: () => started(running, ndsctl),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

/** Until it answers, which it does with its rules in place. */
export async function started(running: Running, ndsctl: OpenNds['ndsctl']): Promise<void> {
  await eventually(
    'openNDS answers ndsctl and has its rules in place',
    async () => {
      if (!running.alive())
        throw new Error(`openNDS ended:\n${readFileSync(running.logFile, 'utf8')}`)
      return (await ndsctl('json')).includes('"client_list_length"')
    },
    // Seconds on a quiet machine; it runs hundreds of shell scripts.
    180_000,
  )
}

/** AuthMon reads its interval out of any line that names it; the daemon does not know the word. */
const POLLED = `# nat_traversal_poll_interval 1
BinAuth /usr/lib/opennds/binauth_log.sh
`

function settings(o: OpenNdsOptions): string {
  return `GatewayInterface ${o.lan}
GatewayName ${o.name}
${o.portal === null ? 'login_option_enabled 1\n' : authentication(o, o.portal)}gatewayfqdn disable
SessionTimeout ${o.sessionMinutes ?? 1440}
CheckInterval ${o.checkSeconds ?? CHECK_SECONDS}
FirewallRuleSet authenticated-users {
  FirewallRule allow all
}
FirewallRuleSet preauthenticated-users {
}
FirewallRuleSet users-to-router {
  FirewallRule allow udp port 53
  FirewallRule allow tcp port 53
  FirewallRule allow udp port 67
}
`
}

function authentication(o: OpenNdsOptions, portal: NonNullable<OpenNdsOptions['portal']>): string {
  return `fasport ${portal.port}
faspath ${portal.path}
fasremoteip ${portal.address}
${o.tls === undefined ? '' : `fasremotefqdn ${o.tls.name}\n`}fas_secure_enabled ${o.level}
${o.level === 3 ? POLLED : ''}faskey ${o.key}
`
}
