import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signedPath } from '../../test/support/peers/guest.ts'
import { KINDS, isKindName, placeFiles } from './kinds.ts'
import type { KindName } from './kinds.ts'
import type { PlaceFile } from './install.ts'
import { gateway, testPlace } from './testing/place.ts'

const CERTIFICATE = {
  pem: '-----BEGIN CERTIFICATE-----\nof the gateway\n',
  keyPem: '-----BEGIN PRIVATE KEY-----\nof the gateway\n',
}
const NAMES = Object.keys(KINDS).filter(isKindName)
const RADSEC = { by: 'name', name: 'gw-0042.example.org', authority: 'gateways' } as const
const COA = { port: 3799, secret: 'coa-secret', formerSecret: null }

function textOf(files: readonly PlaceFile[], name: string): string {
  const file = files.find((one) => one.name === name)
  if (file === undefined) throw new Error(`there is no ${name}`)
  return file.text
}

describe.each(NAMES)('the folder of kind %s', (kind: KindName) => {
  const place = testPlace({ gateway: { radsec: RADSEC, coa: COA } })
  const files = placeFiles(kind, place, CERTIFICATE)

  test('has a page in French and English that says three steps', () => {
    const readme = textOf(files, 'README.md')
    expect(readme).toMatch(/Installer la passerelle du lieu 75-0042[\s\S]*Set up the gateway/)
    expect(readme.match(/^3\. /gm)).toHaveLength(2)
  })

  test('has nothing in it that was left open', () => {
    for (const { text } of files)
      expect(text).not.toMatch(/undefined|(?<!dev\/)\bnull\b|NaN|\[object/)
  })

  test('keeps its secrets in files that not everybody reads', () => {
    const secrets = [gateway.secret, '1234567890', 'coa-secret', 'BEGIN PRIVATE KEY']
    const open = files.filter(({ mode = '0644' }) => Number.parseInt(mode, 8) & 0o004)
    for (const { text } of open) for (const secret of secrets) expect(text).not.toContain(secret)
  })
})

test('openNDS has what it asks itself with, begins with none of its old rules, and its bridge is told of', () => {
  const files = placeFiles('opennds', testPlace({}), null)
  expect(textOf(files, 'install.sh')).toMatch(/for package in .*\bopennds iptables wget\b/)
  expect(textOf(files, 'opennds-accueil.conf')).toMatch(
    /^ExecStartPre=\/etc\/accueil\/before-opennds\.sh$/m,
  )
  expect(textOf(files, 'before-opennds.sh')).toMatch(/chain ndsNET \{[\s\S]*jump ndsNET/)
  expect(textOf(files, 'README.md').match(/^ {7}ifup br-guest$/gm)).toHaveLength(2)
})

describe('RADIUS inside TLS', () => {
  test('needs the gateway’s certificate', () => {
    const place = testPlace({ gateway: { radsec: RADSEC } })
    expect(() => placeFiles('opennds', place, null)).toThrow('--certificate FILE --key FILE')
  })

  test('with a key instead is not what FreeRADIUS can do', () => {
    const place = testPlace({ gateway: { radsec: { by: 'psk', psk: 'a key of the gateway' } } })
    expect(() => placeFiles('opennds', place, null)).toThrow(
      'declare radsec by name or certificate',
    )
  })

  test('takes disconnects back by its own connection only where the gateway has coa', () => {
    const proxyOf = (coa: typeof COA | null): string =>
      textOf(
        placeFiles('opennds', testPlace({ gateway: { radsec: RADSEC, coa } }), CERTIFICATE),
        'radius-proxy.conf',
      )
    expect(proxyOf(COA)).toContain('recv_coa')
    expect(proxyOf(null)).not.toContain('coa')
  })

  test('has the secret in quotes that end where they should', () => {
    const place = testPlace({ gateway: { radsec: RADSEC, secret: 'a"b\\c' } })
    const files = placeFiles('opennds', place, CERTIFICATE)
    expect(textOf(files, 'radius-proxy.conf')).toContain('secret = "a\\"b\\\\c"')
  })
})

describe('hostapd', () => {
  test('is told where RADIUS is: at ours, or at the proxy beside it', () => {
    const direct = textOf(placeFiles('hostapd', testPlace(), null), 'hostapd.conf')
    expect(direct).toContain('auth_server_addr=203.0.113.5\nauth_server_port=1812\n')
    const place = testPlace({ gateway: { radsec: RADSEC, coa: COA } })
    const proxied = textOf(placeFiles('hostapd', place, CERTIFICATE), 'hostapd.conf')
    expect(proxied).toContain('auth_server_addr=127.0.0.1\n')
    expect(proxied).toContain(`radius_das_client=127.0.0.1 ${gateway.secret}\n`)
  })

  test('has WPA2 and WPA3 for staff, and guests apart from each other', () => {
    const conf = textOf(placeFiles('hostapd', testPlace(), null), 'hostapd.conf')
    expect(conf).toContain('wpa_key_mgmt=WPA-EAP WPA-EAP-SHA256\n')
    expect(conf).toMatch(/bss=wlan0_guest\nbridge=br-guest\nssid=Les Restos\nap_isolate=1/)
  })

  test('puts the VLAN of an answer on the bridge of its network', () => {
    const files = placeFiles('hostapd', testPlace(), null)
    expect(textOf(files, 'hostapd.vlan')).toBe('20 wlan0.20 br-staff\n')
    expect(textOf(files, 'hostapd.conf')).toContain('vlan_file=/etc/hostapd/accueil.vlan\n')
  })

  test('without a device for 802.1X is refused with what to say', () => {
    const { devices } = testPlace()
    const place = testPlace({ devices: { ...devices, dot1x: null } })
    expect(() => placeFiles('hostapd', place, null)).toThrow('--wifi IF or --wired IF')
  })
})

describe('openNDS', () => {
  test('goes by TLS to the name of the portal at level 3, and polls', () => {
    const place = testPlace({ gateway: { fas: { level: 3, key: '1234567890' } } })
    const conf = textOf(placeFiles('opennds', place, null), 'opennds.conf')
    expect(conf).toContain('fasremotefqdn portail.example.org\nfas_secure_enabled 3\n')
    expect(conf).toContain('# nat_traversal_poll_interval 5\nBinAuth')
    expect(textOf(placeFiles('openwrt', place, null), 'opennds')).toContain(
      "option nat_traversal_poll_interval '5'",
    )
  })

  test('at level 3 of a portal without TLS is refused', () => {
    const place = testPlace({
      gateway: { fas: { level: 3, key: '1234567890' } },
      url: 'http://portail.example.org',
    })
    expect(() => placeFiles('opennds', place, null)).toThrow('which goes by https://')
  })

  test('lets phones reach what signing in needs', () => {
    const files = placeFiles('opennds', testPlace({ garden: ['198.51.100.7'] }), null)
    expect(textOf(files, 'opennds.conf')).toContain(
      'FirewallRule allow tcp port 443 to 198.51.100.7',
    )
  })
})

describe('what DHCP tells', () => {
  const dnsmasq = (changes: Parameters<typeof testPlace>[0]): string =>
    textOf(placeFiles('opennds', testPlace(changes), null), 'dnsmasq.conf')

  test('guests are told of the API over https, staff that there is no portal', () => {
    const conf = dnsmasq({})
    expect(conf).toContain('tag:guest,114,https://portail.example.org/captive-portal/api\n')
    const staff = textOf(placeFiles('opennds', testPlace(), null), 'dnsmasq-staff.conf')
    expect(staff).toContain('tag:staff,114,urn:ietf:params:capport:unrestricted\n')
  })

  test('each network is known to the resolver by a word of its own server', () => {
    expect(dnsmasq({})).toMatch(/interface=br-guest\n[\s\S]*add-cpe-id=guesttoken\n/)
    const staff = textOf(placeFiles('opennds', testPlace(), null), 'dnsmasq-staff.conf')
    expect(staff).toMatch(/interface=br-staff\n[\s\S]*add-cpe-id=stafftoken\n/)
    expect(staff).not.toContain('guest')
  })

  test('an API without TLS is not told: phones would not take it', () => {
    expect(dnsmasq({ url: 'http://portail.example.org' })).not.toContain('tag:guest,114')
  })

  test('a resolver that answers over TLS is told by name and address, and guests may go there', () => {
    const { centre } = testPlace()
    const encryptedDns = { name: 'dns.example.org', dotPort: 853, dohPort: 8443 }
    const place = testPlace({ centre: { ...centre, address6: '2001:db8::53', encryptedDns } })
    const files = placeFiles('opennds', place, null)
    expect(textOf(files, 'dnsmasq.conf')).toContain(
      'tag:guest,162,00:21:00:01:11:03:64:6e:73:07:65:78:61:6d:70:6c:65:03:6f:72:67:00:04:cb:00:71:05:00:01:00:04:03:64:6f:74:',
    )
    expect(textOf(files, 'place.nft')).toContain('203.0.113.5 . 853, 203.0.113.5 . 8443')
    expect(textOf(files, 'opennds.conf')).toContain('allow tcp port 8443 to 203.0.113.5')
    const values = textOf(placeFiles('generic', place, null), 'values.txt')
    expect(values).toMatch(/^guest-dhcp-162-hex 00210001/m)
    expect(values).toMatch(/^guest-dhcpv6-144-hex 00010011/m)
    expect(values).toMatch(/^guest-ra-144-hex 900700010000070800/m)
  })

  test('the values for other gateways are those of RFC 8910, router advertisements too', () => {
    const values = textOf(placeFiles('generic', testPlace(), null), 'values.txt')
    expect(values).toContain('guest-dhcpv6-103 https://portail.example.org/captive-portal/api\n')
    expect(values).toMatch(/guest-ra-37-hex 250668747470733a/)
  })
})

describe('RouterOS', () => {
  const script = textOf(placeFiles('mikrotik', testPlace(), null), 'place.rsc')

  test('takes away what it made before it makes it again', () => {
    const path = (line: string): string => line.split(/ (?:add|remove|set) /)[0] ?? ''
    const removed = script.split('\n').filter((line) => line.includes(' remove '))
    for (const line of script.split('\n')) {
      if (!/^\/\S.* add /.test(line)) continue
      expect(removed.map(path)).toContain(path(line))
    }
  })

  test('has two lines for each lease, with the ports of its block', () => {
    expect(script.match(/^add chain=accueil-ports src-address=/gm)).toHaveLength(2 * 246)
    expect(script).toContain(
      'src-address=192.168.77.9 protocol=tcp action=masquerade to-ports=9992-10191',
    )
  })

  test('has the secret in quotes that RouterOS reads as it is', () => {
    expect(script).toContain('secret="s3cret\\"of\\$0042"')
  })
})

test('sign.sh makes the link that the portal takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accueil-sign-'))
  try {
    const place = testPlace({ gateway: { kind: 'generic', fas: null, secret: "it's" } })
    const file = join(folder, 'sign.sh')
    writeFileSync(file, textOf(placeFiles('generic', place, null), 'sign.sh'))
    const mac = '02-AC-C0-E1-00-01'
    const ip = '192.168.77.9'
    const url = new URL(execFileSync('sh', [file, mac, ip], { encoding: 'utf8' }))
    const at = new Date(Number(url.searchParams.get('t')) * 1000)
    const ours = signedPath({ gateway: 'gw-0042', secret: "it's", mac, ip, at })
    expect(url.searchParams.get('sig')).toBe(
      new URL(ours, 'https://portail.example.org').searchParams.get('sig'),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
