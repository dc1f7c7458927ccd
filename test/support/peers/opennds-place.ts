import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, createNamespace, freeUplink, hostDevice } from './namespaces.ts'
import type { Namespace } from './namespaces.ts'
import { startOpenNds } from './opennds.ts'
import type { OpenNds, OpenNdsOptions } from './opennds.ts'
import { startOpenNds10 } from './opennds-10.ts'
import { must, run, start } from './process.ts'
import type { Finished } from './process.ts'
import type { Product } from './product.ts'
import type { RunFolder } from './run-folder.ts'

/** A web server of the internet, which says hello. */
export const WEB = '198.51.100.10'

export interface PlaceOptions {
  readonly folder: RunFolder
  readonly product: Product
  /** Tells places of one run apart. */
  readonly role: string
  /** `192.168.N` */
  readonly lan: string
  /** What the place's DNS says is the portal; absent: it is reached by its address. */
  readonly portalName?: string
  /** The phones that DHCP knows: openNDS turns away any other. The first one is the phone at first. */
  readonly phones: readonly { readonly mac: string; readonly ip: string }[]
}

export interface OpenNdsPlace extends AsyncDisposable {
  readonly phone: Namespace
  readonly ours: string
  startGateway(
    options: Pick<
      OpenNdsOptions,
      'name' | 'key' | 'level' | 'tls' | 'portal' | 'sessionMinutes' | 'checkSeconds'
    >,
  ): Promise<OpenNds>
  /** curl on the phone. */
  curl(...args: readonly string[]): Promise<Finished>
  /** Where the phone is sent from there. */
  redirect(...args: readonly string[]): Promise<URL>
  /** Puts the phone away and takes another. */
  change(phone: { readonly mac: string; readonly ip: string }): Promise<void>
  isOnline(): Promise<boolean>
}

/**
 * A place with a real captive gateway. Four namespaces: the phone, its gateway (openNDS, dnsmasq,
 * masquerade), the internet (a web server), and the suite's own, where the product is.
 */
export async function createOpenNdsPlace(o: PlaceOptions): Promise<OpenNdsPlace> {
  const { folder, product, role } = o
  const router = `${o.lan}.1`
  const [first] = o.phones
  assert.ok(first)
  const own = new AsyncDisposableStack()
  const phone = own.use(await createNamespace(`phone${role}`, { nameserver: router }))
  const gateway = own.use(await createNamespace(`nds${role}`))
  const internet = own.use(await createNamespace(`internet${role}`))
  const uplink = freeUplink(1)
  await connect(
    { namespace: phone, device: 'wlan0', address: `${first.ip}/24`, mac: first.mac },
    { namespace: gateway, device: 'lan0', address: `${router}/24` },
  )
  await connect(
    { namespace: gateway, device: 'wan0', address: `${uplink.gateway}/30` },
    { namespace: null, device: hostDevice(`n${role}`), address: `${uplink.ours}/30` },
  )
  await connect(
    { namespace: gateway, device: 'net0', address: '198.51.100.1/24' },
    { namespace: internet, device: 'eth0', address: `${WEB}/24` },
  )
  const inGateway = { namespace: gateway.name }
  await must(['ip', '-n', phone.name, 'route', 'add', 'default', 'via', router])
  await must(['ip', '-n', gateway.name, 'route', 'add', 'default', 'via', WEB])
  await must(['sysctl', '-qw', 'net.ipv4.ip_forward=1'], inGateway)
  // As after a power cut, which leaves no rules of the one before.
  const clearRules = [
    ...['nat', 'mangle', 'filter'].flatMap((table) => [`-t ${table} -F`, `-t ${table} -X`]),
    ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-P ${chain} ACCEPT`),
    '-t nat -A POSTROUTING ! -o lan0 -j MASQUERADE',
  ]
    .map((rule) => `iptables-legacy ${rule}`)
    .join(' && ')

  own.use(start('web', [process.execPath, '-e', WEB_SERVER], { folder, namespace: internet.name }))
  const tmp = folder.fresh(`nds-tmp${role}`)
  mkdirSync(tmp)
  const leases = join(tmp, 'dhcp.leases')
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400
  writeFileSync(
    leases,
    o.phones.map(({ mac, ip }) => `${tomorrow} ${mac} ${ip} phone *\n`).join(''),
  )
  own.use(
    start(
      'dnsmasq',
      [
        'dnsmasq',
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--no-hosts',
        '--no-resolv',
        '--log-facility=-',
        '--user=root',
        '--interface=lan0',
        '--bind-interfaces',
        `--server=${uplink.ours}#${product.ports.dns}`,
        ...(o.portalName === undefined ? [] : [`--host-record=${o.portalName},${uplink.ours}`]),
        `--dhcp-range=${o.lan}.50,${o.lan}.99,1h`,
        `--dhcp-leasefile=${leases}`,
        '--pid-file=',
      ],
      { folder, namespace: gateway.name },
    ),
  )
  const curl = (...args: readonly string[]): Promise<Finished> =>
    run(['curl', '-s', '-S', '-m', '8', ...args], { namespace: phone.name })
  return {
    phone,
    ours: uplink.ours,
    curl,
    async startGateway(options) {
      await must(['sh', '-c', clearRules], inGateway)
      const whole = {
        ...{ ...options, folder, namespace: gateway, lan: 'lan0', tmp, nameserver: router },
        clearRules,
      }
      return options.level === 4 ? startOpenNds10(whole) : startOpenNds(whole)
    },
    async redirect(...args) {
      const { stdout, stderr } = await curl('-o', '/dev/null', '-w', '%{redirect_url}', ...args)
      assert.ok(URL.canParse(stdout), `no redirect: ${stdout}${stderr}`)
      return new URL(stdout)
    },
    async change({ mac, ip }) {
      const device = ['ip', '-n', phone.name]
      await must([...device, 'link', 'set', 'wlan0', 'down'])
      await must([...device, 'address', 'flush', 'dev', 'wlan0'])
      await must([...device, 'link', 'set', 'wlan0', 'address', mac])
      await must([...device, 'address', 'add', `${ip}/24`, 'dev', 'wlan0'])
      await must([...device, 'link', 'set', 'wlan0', 'up'])
      await must([...device, 'route', 'replace', 'default', 'via', router])
      await must(['ip', '-n', gateway.name, 'neigh', 'flush', 'dev', 'lan0'])
    },
    isOnline: async () => (await curl(`http://${WEB}/`)).stdout.includes('the internet says hello'),
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  }
}

const WEB_SERVER = `
const answer = (request, response) => {
  if (request.url === '/generate_204') response.statusCode = 204
  response.end(request.url === '/generate_204' ? '' : 'the internet says hello\\n')
}
for (const port of [80, 8443]) require('node:http').createServer(answer).listen(port, '${WEB}')
`
