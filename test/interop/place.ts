import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTestAuthority } from '../support/gateway-certificate.ts'
import {
  BOX_PAGE,
  BOX_PUBLIC,
  OTHER_RESOLVER,
  WEB,
  dhcp,
  wirePlace,
} from '../support/peers/configured-place.ts'
import { bootDebian } from '../support/peers/debian-machine.ts'
import { readForm } from '../support/peers/guest.ts'
import type { Namespace } from '../support/peers/namespaces.ts'
import { eventually, must, repository, run } from '../support/peers/process.ts'
import { startSupplicant } from '../support/peers/wpa-supplicant.ts'
import type { Supplicant } from '../support/peers/wpa-supplicant.ts'
import type { Scenario } from './scenario.ts'

const CODE = '75-0097'
const MACS = {
  phone: '02:00:5e:00:97:01',
  other: '02:00:5e:00:97:02',
  laptop: '02:00:5e:00:97:03',
} as const
const STAFF_ROUTER = '192.168.98.1'
const PRINTER = '192.168.98.5'
/**
 * hostapd forgets a port five seconds after it put it out: a login that it falls into fails after 30 s, and the laptop
 * waits 60 s more before it tries again.
 */
const AGAIN_MS = 180_000

/** What install.sh would fetch, which has no mirror there; it finds all of it installed. */
const GATEWAY = {
  ...{ suite: 'bookworm', role: 'gateway' },
  packages: [
    ...['systemd', 'systemd-sysv', 'dbus', 'ca-certificates', 'curl', 'procps'],
    ...['nftables', 'dnsmasq', 'iproute2', 'opennds', 'iptables', 'wget', 'hostapd', 'freeradius'],
  ],
}
const SERVICES = [
  ...['accueil-firewall', 'dnsmasq', 'accueil-staff-names', 'opennds'],
  ...['accueil-radius-proxy', 'hostapd', 'accueil-isolation'],
] as const

/**
 * A whole place from the folder of `gateway config`: its installer is run on a Debian that boots, behind a box; guests, a
 * laptop and a printer of the staff before it.
 */
export async function place(scenario: Scenario): Promise<void> {
  const { product, folder, test } = scenario
  await using own = new AsyncDisposableStack()
  const wiring = await wirePlace({ folder, own, macs: MACS, staffRouter: STAFF_ROUTER })
  const { phone, other, laptop, gateway } = wiring
  const out = folder.fresh('place')
  const root = folder.fresh('place-root')
  mkdirSync(root)

  const authority = await createTestAuthority('places')
  const certificate = await authority.issue('gw-0097', ['gw-0097.example.org'])
  const pem = folder.write('gw-0097.pem', certificate.pem)
  const key = folder.write('gw-0097.key', certificate.keyPem)
  const declared = await product.command(
    'apply',
    folder.write('place.yaml', declaration(folder.write('places-ca.pem', authority.declared.pem))),
  )
  assert.equal(declared.code, 0, declared.stderr)

  await test('gateway config writes the folder of the place, for its owner alone', async () => {
    const done = await product.command(
      ...['gateway', 'config', CODE, '--kind', 'opennds', '--out', out],
      ...['--lan', 'br-guest', '--wan', 'wan0', '--staff', 'br-staff', '--wired', 'port0'],
      ...['--centre', wiring.centre, '--certificate', pem, '--key', key],
    )
    assert.equal(done.code, 0, done.stdout + done.stderr)
    assert.equal((await must(['stat', '-c', '%a', out])).trim(), '700')
  })
  await test('shellcheck finds nothing in its installer', async () => {
    const done = await run(['shellcheck', join(out, 'install.sh')])
    assert.equal(done.code, 0, done.stdout)
  })
  await test('systemd-analyze finds nothing in its units', async () => {
    const units = ['firewall', 'isolation', 'radius-proxy', 'staff-names'].map(
      (name) => `accueil-${name}.service`,
    )
    // The programs of one are where install.sh puts them.
    const done = await run([
      ...['systemd-analyze', 'verify', '--recursive-errors=no'],
      ...units.map((unit) => join(out, unit)),
    ])
    const ours = done.stderr.split('\n').filter((line) => line.includes('accueil'))
    assert.deepEqual(
      ours.filter((line) => !line.includes('/etc/accueil/isolate.sh')),
      [],
    )
  })
  await test('the installer lays every file, and nothing the second time', async () => {
    const env = { PLACE_ROOT: root }
    const first = await must([join(out, 'install.sh')], { env })
    assert.match(first, /laid \/etc\/accueil\/place\.nft/)
    assert.match(first, /laid \/etc\/accueil\/radius-proxy\/gateway\.key/)
    assert.doesNotMatch(await must([join(out, 'install.sh')], { env }), /laid/)
  })

  await using machine = await bootDebian(folder, GATEWAY, gateway.name)
  const well = async (script: string): Promise<string> => {
    const done = await machine.sh(script)
    assert.equal(done.code, 0, `${script}\n${done.stdout}${done.stderr}`)
    return done.stdout
  }
  await test('the installer makes a Debian the gateway, and has nothing to do the second time', async () => {
    const install = `${machine.put(out)}/install.sh 2>&1`
    const first = await well(install)
    assert.match(first, /laid \/etc\/accueil\/place\.nft/)
    assert.equal(first.trimEnd().split('\n').at(-1), `${CODE} is ready`, first)
    assert.doesNotMatch(await well(install), /laid/)
  })
  await test('its firewall can be loaded again, as a reload does it', () =>
    well('systemctl reload accueil-firewall').then(() => undefined))
  await openNdsBegins()

  let cable: Supplicant | undefined
  await guests()
  await staff()
  await away()
  await powerCut()
  await fleet()

  async function nds(...asked: readonly string[]): Promise<string> {
    return (await machine.sh(`ndsctl ${asked.join(' ')}`)).stdout
  }

  /** It runs hundreds of shell scripts before it answers. */
  async function openNdsBegins(): Promise<void> {
    const answers = async (): Promise<boolean> => /client_list/.test(await nds('json'))
    await eventually('openNDS has begun', answers, 180_000)
  }

  /** Of each service: whether it runs, and how often systemd had to begin it anew. */
  async function states(): Promise<readonly string[]> {
    const asked = `systemctl show -p Id -p ActiveState -p NRestarts --value ${SERVICES.join(' ')}`
    return (await well(asked))
      .trim()
      .split('\n\n')
      .map((one) => one.split('\n').toSorted().join(' '))
  }

  async function guests(): Promise<void> {
    await test('a phone gets an address by DHCP, of the range that has a block each', async () => {
      const told = await dhcp(folder, phone)
      assert.equal(told.get('router'), '192.168.97.1')
      assert.match(told.get('ip') ?? '', /^192\.168\.97\./)
      await dhcp(folder, other)
    })
    await test('before acceptance it reaches the portal, and nothing else', async () => {
      assert.doesNotMatch(await get(phone, `http://${WEB}/`), /hello/)
      assert.doesNotMatch(await get(phone, `http://${WEB}:443/`), /hello/)
    })
    await test('it accepts, and reaches the internet', async () => {
      await accept(phone)
      await eventually('hello', async () => /hello/.test(await get(phone, `http://${WEB}/`)))
      assert.match(await get(phone, `http://${WEB}:443/`), /hello/)
      assert.match(await get(phone, 'http://www.example.com/'), /hello/)
    })
    for (const [what, url] of [
      ['the printer of the staff', `http://${PRINTER}/`],
      ['the page of the box', `http://${BOX_PAGE}/`],
      ['the gateway by its address on the staff network', `http://${STAFF_ROUTER}:2050/`],
      ['the gateway by its address towards the box', 'http://192.168.1.2:2050/'],
      ['DNS over TLS of another resolver', `http://${OTHER_RESOLVER}:853/`],
      ['DNS over HTTPS of another resolver', `http://${OTHER_RESOLVER}:443/`],
    ] as const) {
      await test(`a guest who is let in does not reach ${what}`, async () => {
        assert.doesNotMatch(await get(phone, url), /hello|openNDS/i)
      })
    }
    await test('nor another guest, by bridge or by router', async () => {
      const to = await addressOf(other)
      const ping = await run(['ping', '-c', '2', '-W', '1', to], { namespace: phone.name })
      assert.notEqual(ping.code, 0)
      assert.match(ping.stdout, /100% packet loss/)
    })
    await test('nor does the laptop begin anything with a guest', async () => {
      const to = await addressOf(phone)
      const ping = await run(['ping', '-c', '2', '-W', '1', to], { namespace: laptop.name })
      assert.match(ping.stdout, /100% packet loss/)
    })
    await test('whatever resolver it asks, the answer is ours', async () => {
      for (const at of [`@${OTHER_RESOLVER}`, '@192.168.97.1', '+tcp']) {
        const to = at === '+tcp' ? [`@${OTHER_RESOLVER}`, '+tcp'] : [at]
        const { stdout } = await run(['dig', '+time=3', '+tries=1', ...to, 'bad.example'], {
          namespace: phone.name,
        })
        assert.match(stdout, /status: NXDOMAIN/, `${at}: ${stdout}`)
      }
    })
    await test('the filter knows each network by the word of its server: a name closed to guests is open to staff', async () => {
      const ask = async (from: Namespace): Promise<string> => {
        const { stdout } = await run(['dig', '+time=3', '+tries=2', 'guests-may-not.example.com'], {
          namespace: from.name,
        })
        return /status: (\w+)/.exec(stdout)?.[1] ?? stdout
      }
      assert.equal(await ask(phone), 'NXDOMAIN')
      assert.equal(await ask(laptop), 'NOERROR')
    })
    await test('each device goes out with source ports of its own, and the log finds it by address, port and time', async () => {
      await accept(other)
      await eventually('hello', async () => /hello/.test(await get(other, `http://${WEB}/`)))
      const seen = new Map<string, Set<number>>()
      for (const [mac, device] of [
        [MACS.phone, phone],
        [MACS.other, other],
      ] as const) {
        const ports = new Set<number>()
        for (let i = 0; i < 5; i += 1) {
          const [, address, port] =
            /hello (\S+) (\d+)/.exec(await get(device, `http://${WEB}/`)) ?? []
          assert.equal(address, BOX_PUBLIC)
          ports.add(Number(port))
        }
        seen.set(mac, ports)
      }
      const at = new Date().toISOString()
      for (const [mac, ports] of seen) {
        for (const port of [...ports].slice(0, 1)) {
          const by = ['--public-ip', BOX_PUBLIC, '--port', `${port}`, '--at', at]
          const rows = await eventually('a row', async () => {
            const found = await product.searchLogs(...by)
            return found.length > 0 && found
          })
          assert.deepEqual(
            rows.map((row) => row.mac),
            [mac],
          )
        }
      }
    })
    await test('the gateway’s own packets use none of those ports', async () => {
      const said = await well(`curl -s -m 5 http://${WEB}/`)
      const port = Number(/hello \S+ (\d+)/.exec(said)?.[1])
      assert.ok(port >= 1024 && port < 8192, `${port}`)
    })
  }

  /** The laptop's cable, out and in again where it was in. */
  async function plugIn(): Promise<Supplicant> {
    await cable?.stop()
    cable = own.use(
      await startSupplicant({
        ...{ folder, namespace: laptop, device: 'eth0', identity: 'bob', password: 'hello' },
        caFile: join(product.dataDir, 'eap-ca.pem'),
      }),
    )
    return cable
  }

  async function staff(): Promise<void> {
    const supplicant = await plugIn()
    await test('a laptop logs in by 802.1X, through the proxy, TLS and two translations', async () => {
      await supplicant.printed(/CTRL-EVENT-EAP-SUCCESS/, AGAIN_MS)
    })
    await test('the log has it under the gateway of the certificate', async () => {
      const row = await eventually(
        'an open row',
        async () =>
          (await product.searchLogs('--mac', MACS.laptop)).find(({ stop }) => stop === null),
        20_000,
      )
      assert.equal(row.gateway, 'gw-0097')
      assert.equal(row.user, 'bob')
    })
    await test('it reaches the printer and the internet', async () => {
      assert.match(await get(laptop, `http://${PRINTER}/`), /hello/)
      assert.match(await get(laptop, `http://${WEB}/`), /hello/)
    })
    await test('a disconnect comes back by the same connection, and hostapd obeys', async () => {
      const done = await product.command(
        ...['radius', 'disconnect', '--user', 'bob', '--site', CODE, '--reason', 'test'],
      )
      assert.match(
        done.stdout,
        new RegExp(`gw-0097  ${MACS.laptop}  bob  disconnected`),
        done.stdout,
      )
      assert.equal(done.code, 0, done.stdout + done.stderr)
      await eventually(
        'a closed row',
        async () =>
          (await product.searchLogs('--mac', MACS.laptop)).some(({ stop }) => stop !== null),
        20_000,
      )
    })
    await test('and the laptop, whose account is still good, comes back when its cable is plugged in again', async () => {
      await plugIn()
      await eventually(
        'an open row',
        async () =>
          (await product.searchLogs('--mac', MACS.laptop)).some(({ stop }) => stop === null),
        AGAIN_MS,
      )
    })
  }

  /** Until it is in: it asks again and again, as phones do. */
  async function comesBack(device: Namespace): Promise<void> {
    await eventually(
      'hello',
      async () => {
        if (/hello/.test(await get(device, `http://${WEB}/`))) return true
        await accept(device).catch(() => undefined)
        return false
      },
      60_000,
    )
  }

  async function away(): Promise<void> {
    await test('while the centre is away, who is let in stays in, and known names are answered', async () => {
      await nds('deauth', MACS.other)
      await wiring.cut(true)
      assert.match(await get(phone, `http://${WEB}/`), /hello/)
      assert.match(await get(phone, 'http://www.example.com/'), /hello/)
      assert.match(await get(laptop, `http://${WEB}/`), /hello/)
    })
    await test('what is new waits: it is not let in', async () => {
      assert.doesNotMatch(await get(other, `http://${WEB}/`), /hello/)
      assert.doesNotMatch(await get(other, `http://${WEB}:443/`), /hello/)
    })
    let leftAt = 0
    await test('a laptop that leaves meanwhile is in the log afterwards, with the time at which it left', async () => {
      leftAt = Date.now()
      await well(`hostapd_cli -p /run/hostapd -i port0 deauthenticate ${MACS.laptop}`)
      const goneAt = Date.now()
      await new Promise((resolve) => setTimeout(resolve, 8_000))
      await wiring.cut(false)
      const row = await eventually(
        'the end of the connection',
        async () =>
          (await product.searchLogs('--mac', MACS.laptop)).find(
            ({ stop }) => stop !== null && Date.parse(stop) >= leftAt - 2_000,
          ),
        150_000,
      )
      assert.ok(Date.parse(row.stop ?? '') < goneAt + 5_000, `${row.stop}`)
    })
    await test('and whoever waited comes in', () => comesBack(other))
  }

  async function powerCut(): Promise<void> {
    const alike = SERVICES.map((name) => ['0', `${name}.service`, 'active'].toSorted().join(' '))
    await test('all this time each of its services has run, and none was begun anew', async () => {
      assert.deepEqual(await states(), alike)
      assert.equal((await well('systemctl --failed --no-legend')).trim(), '')
    })
    await test('the power goes and comes: the place is there again by itself, and takes its guests and staff', async () => {
      let isBack = false
      let reached = Promise.resolve<readonly string[]>([])
      const tries = async (): Promise<readonly string[]> => {
        const pages: string[] = []
        while (!isBack) pages.push(await get(phone, `http://${WEB}:443/`))
        return pages.filter((page) => page !== '')
      }
      await machine.powerCycle(async () => {
        // The kernel of a machine without power has no rule either, and forwards nothing.
        await must(['sysctl', '-qw', 'net.ipv4.ip_forward=0'], { namespace: gateway.name })
        await must(['nft', 'flush', 'ruleset'], { namespace: gateway.name })
        for (const table of ['filter', 'nat', 'mangle']) {
          await must(['iptables-legacy', '-t', table, '-F'], { namespace: gateway.name })
          await must(['iptables-legacy', '-t', table, '-X'], { namespace: gateway.name })
        }
        reached = tries()
      })
      await openNdsBegins()
      isBack = true
      assert.deepEqual(await reached, [], 'nobody passes before openNDS lets him in')
      await comesBack(phone)
      await eventually('all services run', async () =>
        (await states()).every((one, i) => one === alike[i]),
      )
      assert.deepEqual(await states(), alike)
    })
    await test('a guest reaches no printer then either, and the laptop logs in', async () => {
      assert.doesNotMatch(await get(phone, `http://${PRINTER}/`), /hello/)
      await (await plugIn()).printed(/CTRL-EVENT-EAP-SUCCESS/, AGAIN_MS)
    })
  }

  async function fleet(): Promise<void> {
    await test('the Ansible role lays the same files, and finds nothing to change the second time', async () => {
      const laid = folder.fresh('place-fleet')
      mkdirSync(laid)
      const play = async (): Promise<string> => {
        const done = await run(
          [
            ...['ansible-playbook', '-i', 'gw-0097,', '-c', 'local', 'places.yml'],
            ...['-e', JSON.stringify(fleetVariables(wiring.centre, pem, key))],
          ],
          {
            cwd: join(repository, 'deploy/ansible'),
            env: { ...product.env, PLACE_ROOT: laid, ANSIBLE_HOME: folder.fresh('ansible') },
            timeoutMs: 300_000,
          },
        )
        assert.equal(done.code, 0, done.stdout + done.stderr)
        return done.stdout
      }
      assert.match(await play(), /changed=1 .*failed=0/)
      assert.match(await play(), /changed=0 .*failed=0/)
      // Beside them the machine has the files of openNDS's package.
      await must(['diff', '-r', '--exclude=opennds', root, laid])
    })
    await test('ansible-lint finds nothing in it', async () => {
      const done = await run(['ansible-lint', '--offline', '-q', 'places.yml', 'roles'], {
        cwd: join(repository, 'deploy/ansible'),
      })
      assert.equal(done.code, 0, done.stdout + done.stderr)
    })
  }

  async function get(from: Namespace, url: string): Promise<string> {
    return (await run(['curl', '-s', '-S', '-m', '5', url], { namespace: from.name })).stdout
  }

  async function redirect(from: Namespace, ...args: readonly string[]): Promise<URL> {
    const asked = [
      'curl',
      '-s',
      '-S',
      '-m',
      '8',
      '-o',
      '/dev/null',
      '-w',
      '%{redirect_url}',
      ...args,
    ]
    const { stdout, stderr } = await run(asked, { namespace: from.name })
    assert.ok(URL.canParse(stdout), `no redirect: ${stdout}${stderr}`)
    return new URL(stdout)
  }

  /** From the check of its system to the gateway's own page. */
  async function accept(from: Namespace): Promise<void> {
    const page = await redirect(from, 'http://1.2.3.4/generate_204')
    const html = await get(from, page.href)
    // One that accepted before is sent on without a page.
    if (!html.includes('<form')) {
      await redirect(from, (await redirect(from, page.href)).href)
      return
    }
    const { action, fields } = readForm(html)
    const to = new URL(action, page)
    const opening = await redirect(
      ...([from, '--data', fields.toString(), '-H', `Origin: ${to.origin}`, to.href] as const),
    )
    await redirect(from, opening.href)
  }

  async function addressOf(namespace: Namespace): Promise<string> {
    const shown = await must(['ip', '-n', namespace.name, '-4', '-br', 'address', 'show', 'wlan0'])
    return /(\d+\.\d+\.\d+\.\d+)\//.exec(shown)?.[1] ?? ''
  }
}

/** The playbook is for the hosts `places`, of which this is one. */
function fleetVariables(centre: string, pem: string, key: string): object {
  return {
    accueil_place_code: CODE,
    accueil_place_program: [process.execPath, join(repository, 'main.ts')],
    accueil_place_arguments: [
      ...['--lan', 'br-guest', '--wan', 'wan0', '--staff', 'br-staff', '--wired', 'port0'],
      ...['--centre', centre, '--certificate', pem, '--key', key],
    ],
  }
}

/** The authority has the name that gateways of other scenarios refer to: a section that a file has is complete. */
function declaration(ca: string): string {
  return `version: 1
authorities:
  - { name: gateways, file: ${ca} }
sites:
  - code: "${CODE}"
    name: Centre Ménilmontant
    association: "75"
    networks:
      guest:
        subnets: [192.168.97.0/24]
        grant: 12h
        nat: { address: ${BOX_PUBLIC}, ports: 8192-65535, each: 200 }
      staff: { subnets: [192.168.98.0/24], vlan: 50 }
    gateways:
      - name: gw-0097
        secret: s3cret-of-0097
        kind: opennds
        fas: { level: 1, key: "1234567890" }
        radsec: { name: gw-0097.example.org, authority: gateways }
        coa: {}
`
}
