import { writeFileSync } from 'node:fs'
import { connect, createNamespace, freeUplink, hostDevice } from './namespaces.ts'
import type { Namespace } from './namespaces.ts'
import { must, run, start } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/** What the internet of this place sees of the box, and a web server there. */
export const BOX_PUBLIC = '198.51.100.1'
export const WEB = '198.51.100.10'
/** A resolver of the internet that has another opinion of everything. */
export const OTHER_RESOLVER = '8.8.8.8'
/** The box's own page, which is nobody's business but the place's. */
export const BOX_PAGE = '192.168.1.1'

export interface Wiring {
  readonly phone: Namespace
  readonly other: Namespace
  readonly laptop: Namespace
  readonly printer: Namespace
  readonly gateway: Namespace
  /** Of the product, as the place reaches it through the box. */
  readonly centre: string
  /** The box lets nothing through to the centre, or does again. */
  cut(isCut: boolean): Promise<void>
}

/**
 * The cables of a place. Guests' devices are on one bridge of the gateway, laptop and printer on another; the
 * gateway has a box before it, as at home, that translates once more; behind the box the internet and the centre.
 */
export async function wirePlace(o: {
  readonly folder: RunFolder
  readonly own: AsyncDisposableStack
  readonly macs: { readonly phone: string; readonly other: string; readonly laptop: string }
  readonly staffRouter: string
}): Promise<Wiring> {
  const { own } = o
  const make = async (role: string, nameserver?: string): Promise<Namespace> =>
    own.use(await createNamespace(`pl-${role}`, nameserver === undefined ? {} : { nameserver }))
  const phone = await make('phone', '192.168.97.1')
  const other = await make('other', '192.168.97.1')
  const laptop = await make('laptop', o.staffRouter)
  const printer = await make('printer')
  const gateway = await make('gateway')
  const box = await make('box')
  const internet = await make('internet')
  const uplink = freeUplink(1)

  await connect(
    { namespace: phone, device: 'wlan0', mac: o.macs.phone },
    { namespace: gateway, device: 'ap0' },
  )
  await connect(
    { namespace: other, device: 'wlan0', mac: o.macs.other },
    { namespace: gateway, device: 'ap1' },
  )
  await connect(
    { namespace: laptop, device: 'eth0', mac: o.macs.laptop, address: '192.168.98.60/24' },
    { namespace: gateway, device: 'port0' },
  )
  await connect(
    { namespace: printer, device: 'eth0', address: '192.168.98.5/24' },
    { namespace: gateway, device: 'port1' },
  )
  await connect(
    { namespace: gateway, device: 'wan0', address: '192.168.1.2/24' },
    { namespace: box, device: 'lan0', address: `${BOX_PAGE}/24` },
  )
  await connect(
    { namespace: box, device: 'net0', address: `${BOX_PUBLIC}/24` },
    { namespace: internet, device: 'eth0', address: `${WEB}/24` },
  )
  await connect(
    { namespace: box, device: 'up0', address: `${uplink.gateway}/30` },
    { namespace: null, device: hostDevice('pl'), address: `${uplink.ours}/30` },
  )
  const ip = (namespace: Namespace, ...args: readonly string[]): Promise<string> =>
    must(['ip', '-n', namespace.name, ...args])
  for (const [bridge, address, ports] of [
    ['br-guest', '192.168.97.1/24', ['ap0', 'ap1']],
    ['br-staff', `${o.staffRouter}/24`, ['port0', 'port1']],
  ] as const) {
    await ip(gateway, 'link', 'add', bridge, 'type', 'bridge')
    for (const port of ports) await ip(gateway, 'link', 'set', port, 'master', bridge)
    await ip(gateway, 'address', 'add', address, 'dev', bridge)
    await ip(gateway, 'link', 'set', bridge, 'up')
  }
  await ip(gateway, 'route', 'add', 'default', 'via', BOX_PAGE)
  await ip(laptop, 'route', 'add', 'default', 'via', o.staffRouter)
  await ip(printer, 'route', 'add', 'default', 'via', o.staffRouter)
  await ip(internet, 'address', 'add', `${OTHER_RESOLVER}/32`, 'dev', 'lo')
  await ip(box, 'route', 'add', OTHER_RESOLVER, 'via', WEB)
  await must(['sysctl', '-qw', 'net.ipv4.ip_forward=1'], { namespace: box.name })
  const boxRules = o.folder.write('box.nft', BOX_RULES)
  await must(['nft', '-f', boxRules], { namespace: box.name })

  const web = (namespace: Namespace, ...sockets: readonly string[]): void => {
    own.use(
      start('web', [process.execPath, '-e', WEB_SERVER, ...sockets], {
        folder: o.folder,
        namespace: namespace.name,
      }),
    )
  }
  web(internet, `${WEB}:80`, `${WEB}:443`, `${OTHER_RESOLVER}:443`, `${OTHER_RESOLVER}:853`)
  web(box, `${BOX_PAGE}:80`)
  web(printer, '192.168.98.5:80')
  return {
    ...{ phone, other, laptop, printer, gateway, centre: uplink.ours },
    async cut(isCut) {
      const rule = ['nft', isCut ? 'add' : 'flush', isCut ? 'rule' : 'chain', 'ip', 'box', 'cut']
      const drop = isCut ? ['oifname', 'up0', 'drop'] : []
      await must([...rule, ...drop], { namespace: box.name })
      // What was under way comes back of itself; what a place keeps up must notice.
      if (isCut) await run(['conntrack', '-F'], { namespace: box.name })
    },
  }
}

const BOX_RULES = `table ip box {
  chain cut {
    type filter hook forward priority 0; policy accept;
  }
  chain out {
    type nat hook postrouting priority srcnat; policy accept;
    oifname { "net0", "up0" } masquerade
  }
}
`

/** Says hello, and from which address and port it was asked. */
const WEB_SERVER = `
for (const socket of process.argv.slice(1)) {
  const [host, port] = socket.split(':')
  require('node:http').createServer((request, response) => {
    if (request.url === '/generate_204') response.statusCode = 204
    response.end(request.url === '/generate_204' ? '' : 'hello ' + request.socket.remoteAddress + ' ' + request.socket.remotePort + '\\n')
  }).listen(Number(port), host)
}
`

/** An address by DHCP, as a phone asks for one; what the server told, by the names that udhcpc gives it. */
export async function dhcp(
  folder: RunFolder,
  phone: Namespace,
): Promise<ReadonlyMap<string, string>> {
  const said = folder.fresh('dhcp')
  const script = folder.fresh('udhcpc.sh')
  writeFileSync(
    script,
    `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
ip route replace default via "$router"
env > ${said}
`,
    { mode: 0o755 },
  )
  const command = ['busybox', 'udhcpc', '-f', '-n', '-q', '-i', 'wlan0', '-s', script]
  await must([...command, '-O', '114', '-O', '162'], { namespace: phone.name, timeoutMs: 30_000 })
  const lines = (await must(['cat', said])).split('\n')
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}
