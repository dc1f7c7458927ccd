import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianLayer } from './debian-machine.ts'
import type { OpenNds, OpenNdsOptions } from './opennds.ts'
import { CHECK_SECONDS, openNdsOf, started, startedAgain } from './opennds.ts'
import { run, start } from './process.ts'
import type { Exit } from './process.ts'

/** Debian 13 has it, 12 has not. */
const TRIXIE = {
  suite: 'trixie',
  packages: [
    ...['opennds-daemon', 'nftables', 'iproute2', 'procps'],
    // It looks for the portal with nslookup, to let phones reach it, and its AuthMon asks with wget.
    ...['bind9-dnsutils', 'wget', 'ca-certificates'],
  ],
}
const TRUSTED = 'etc/ssl/certs/ca-certificates.crt'

/**
 * openNDS 10, on the root of a Debian of its own: it writes to /etc and to the first tmpfs that it finds,
 * and takes its settings from a file of OpenWrt's kind.
 */
export async function startOpenNds10(o: OpenNdsOptions): Promise<OpenNds> {
  const layer = await debianLayer(o.folder, TRIXIE)
  const { root } = layer
  mkdirSync(join(root, 'etc/config'), { recursive: true })
  writeFileSync(join(root, 'etc/config/opennds'), settings(o))
  writeFileSync(join(root, 'etc/resolv.conf'), `nameserver ${o.nameserver}\n`)
  if (o.tls !== undefined) appendFileSync(join(root, TRUSTED), readFileSync(o.tls.caFile))
  const checkSeconds = o.checkSeconds ?? CHECK_SECONDS
  // As long as its last look is no older than that it takes itself for running.
  const pause = `sleep ${checkSeconds + 5}`
  const script = [
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t tmpfs tmpfs ${root}/tmp`,
    `cp ${o.tmp}/dhcp.leases ${root}/tmp/`,
    startedAgain(`chroot ${root} /usr/bin/opennds -f -d 2`, pause),
  ].join(' && ')
  const running = start(
    'opennds10',
    [
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child'],
      ...['--propagation', 'private', 'sh', '-c', script],
    ],
    { folder: o.folder, namespace: o.namespace.name },
  )
  const ndsctl = async (...args: readonly string[]): Promise<string> => {
    const inside = ['nsenter', '-t', `${running.pid}`, '-m', '-n', 'chroot', root, 'ndsctl']
    return (await run([...inside, ...args], { timeoutMs: 10_000 })).stdout
  }
  const stop = async (): Promise<Exit> => {
    const exit = await running.stop('SIGKILL')
    await layer[Symbol.asyncDispose]()
    return exit
  }
  try {
    await started(running, ndsctl)
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return openNdsOf(running, ndsctl, stop)
}

/** As in docs/gateways.md. */
function settings(o: OpenNdsOptions): string {
  const { portal, tls } = o
  const options = {
    enabled: '1',
    gatewayinterface: o.lan,
    gatewayname: o.name,
    gatewayfqdn: 'disable',
    login_option_enabled: '0',
    fasport: portal?.port,
    faspath: portal?.path,
    fasremoteip: portal?.address,
    fasremotefqdn: tls?.name,
    fas_secure_enabled: o.level,
    faskey: o.key,
    sessiontimeout: o.sessionMinutes ?? 1440,
    checkinterval: o.checkSeconds ?? CHECK_SECONDS,
    nat_traversal_poll_interval: '1',
    binauth: '/usr/lib/opennds/binauth_log.sh',
  }
  const lines = Object.entries(options).map(([option, value]) => `	option ${option} '${value}'`)
  return `config opennds
${lines.join('\n')}
	list authenticated_users 'allow all'
	list users_to_router 'allow udp port 53'
	list users_to_router 'allow tcp port 53'
	list users_to_router 'allow udp port 67'
`
}
