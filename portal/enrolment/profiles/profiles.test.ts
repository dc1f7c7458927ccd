import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeIssuing, makeRoot } from '#core/pki/authorities.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { certifyDevice } from '#core/pki/leaves.ts'
import { appleProfile } from './apple.ts'
import { openNetworkConfiguration } from './chrome-os.ts'
import { eapConfig } from './eap-config.ts'
import { networkManagerScript } from './network-manager.ts'
import { base64Of, fileName, uuidOf } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'
import { windowsInstaller, wlanProfile } from './windows.ts'

const NOW = Date.UTC(2026, 10, 28, 12)
const STATUS = { crl: 'http://wifi.example.org/1.crl', ocsp: 'http://wifi.example.org/o' }
const WITH_PASSWORD: ProfileCredential = {
  ...{ kind: 'password', id: 'aaaaaaaaaaaaaaaa', endsAt: NOW },
  ...{ username: 'device-aaaaaaaaaaaaaaaa@restos.example', password: 'k7q2m-9xw4t' },
}
let network: StaffNetwork
let certified: Extract<ProfileCredential, { kind: 'certificate' }>

beforeAll(async () => {
  const roots = await Promise.all([1, 2].map((n) => makeRoot(`Root ${n}`, 'p256', NOW)))
  const [root] = roots
  if (root === undefined) throw new Error('there is no root')
  const issuing = await makeIssuing('Devices', root, NOW)
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const about = { id: 'k7q2m9xw4t6r8pz3', publicKey, until: NOW + 86_400_000, status: STATUS }
  const { pem } = await certifyDevice(issuing, about, NOW)
  network = {
    organisation: 'Les "Restos" <du> Cœur',
    ssids: ["L'Été & Cie"],
    realm: 'restos.example',
    serverName: 'wifi.example.org',
    roots: roots.map(({ certificatePem }) => certificatePem),
  }
  certified = {
    ...{ kind: 'certificate', id: about.id, certificatePem: pem, keyPem, endsAt: about.until },
    ...{ chainPem: [issuing.certificatePem], passphrase: 'k7q2m-9xw4t-6r8pz' },
  }
})

test('every profile pins the roots of both generations and the name of the server', () => {
  for (const credential of [certified, WITH_PASSWORD]) {
    const texts = [
      appleProfile(network, credential),
      eapConfig(network, credential),
      openNetworkConfiguration(network, credential),
      networkManagerScript(network, credential),
    ]
    for (const text of texts) {
      const flat = text.replaceAll('\n', '')
      for (const root of network.roots) expect(flat).toContain(base64Of(root))
      expect(text).toContain('wifi.example.org')
      expect(text).toContain('anonymous@restos.example')
    }
    const windows = wlanProfile(network, network.ssids[0] ?? '', credential.kind)
    for (const root of network.roots) {
      const hash = new X509Certificate(root).fingerprint.replaceAll(':', ' ').toLowerCase()
      expect(windows).toContain(hash)
    }
    expect(windows).toContain('<ServerNames>wifi.example.org</ServerNames>')
  }
})

test('a profile replaces the older: its identifiers are those of the network', () => {
  const other = { ...certified, id: 'zzzzzzzzzzzzzzzz', passphrase: 'another' }
  const identifiers = (credential: ProfileCredential): readonly string[] => [
    ...(appleProfile(network, credential).match(
      /<key>Payload(Identifier|UUID)<\/key><string>[^<]+/g,
    ) ?? []),
    ...(networkManagerScript(network, credential).match(/connection\.uuid \S+/g) ?? []),
    ...(openNetworkConfiguration(network, credential).match(/"GUID": "[^"]+",\s+"Name"/g) ?? []),
  ]
  expect(identifiers(certified).length).toBeGreaterThan(8)
  expect(identifiers(other)).toEqual(identifiers(certified))
  expect(uuidOf('a')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

describe('names that could be something else', () => {
  test('stay text in XML', () => {
    for (const text of [
      appleProfile(network, certified),
      eapConfig(network, certified),
      wlanProfile(network, network.ssids[0] ?? '', 'certificate'),
    ]) {
      expect(text).not.toContain('<du>')
      expect(text).toContain('L&apos;Été &amp; Cie')
    }
    expect(wlanProfile(network, 'é', 'password')).toContain('<hex>C3A9</hex>')
  })

  test('stay words in a shell', () => {
    const script = networkManagerScript(network, certified)
    expect(script).toContain(`ssid 'L'\\''Été & Cie'`)
  })

  test('are nowhere in what PowerShell reads', () => {
    const script = windowsInstaller(network, certified)
    expect(script).not.toContain('Été')
    expect(script).not.toContain('Restos')
    expect(script).not.toContain(certified.passphrase)
  })

  test('make a file name that every system takes', () => {
    expect(fileName(network, 'onc')).toBe('Les-Restos-du-C-ur-wifi.onc')
    expect(fileName({ organisation: 'Ελλάδα' }, 'onc')).toBe('wifi-wifi.onc')
  })
})

test('the identity inside opens with its passphrase, and has no root with it', () => {
  const apple = appleProfile(network, certified)
  const [, data = ''] = /<key>PayloadContent<\/key><data>([^<]{1500,})<\/data>/.exec(apple) ?? []
  const pfx = Buffer.from(data, 'base64')
  expect(() => createSecureContext({ pfx, passphrase: certified.passphrase })).not.toThrow()
  const onc: unknown = JSON.parse(openNetworkConfiguration(network, certified))
  expect(onc).toMatchObject({
    Certificates: [{ Type: 'Authority' }, { Type: 'Authority' }, { Type: 'Client' }],
    NetworkConfigurations: [{ WiFi: { EAP: { Outer: 'EAP-TLS', UseSystemCAs: false } } }],
  })
})
