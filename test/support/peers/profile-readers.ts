import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, repository } from './process.ts'
import type { RunFolder } from './run-folder.ts'

/** What a device takes from its profile, as files for wpa_supplicant. */
export interface ReadProfile {
  readonly roots: string
  readonly certificate: string
  readonly key: string
  readonly serverName: string
  readonly identity: string
}

export interface ProfileReaders {
  /** The two halves of a PKCS #12, by openssl. */
  opened(
    pkcs12: Buffer,
    passphrase: string,
  ): Promise<{ readonly certificate: string; readonly key: string }>
  apple(profile: Buffer): Promise<ReadProfile>
  eapConfig(profile: Buffer): Promise<ReadProfile>
  chromeOs(profile: Buffer): Promise<ReadProfile>
  networkManager(script: Buffer): Promise<ReadProfile>
  windows(installer: Buffer): Promise<ReadProfile>
}

const VECTORS = join(repository, 'test/vectors/profiles')
// Of Debian: another first in PATH knows nothing of its packages.
const PYTHON = '/usr/bin/python3'

/** Each is read by a program that we did not write; what is not as its format says fails there. */
export function profileReaders(folder: RunFolder, rootsFile: string): ProfileReaders {
  let made = 0
  const path = (end: string): string => folder.fresh(`profile-${(made += 1)}.${end}`)
  const put = (end: string, content: string | Buffer): string => {
    const file = path(end)
    writeFileSync(file, content)
    return file
  }

  async function opened(
    pkcs12: Buffer,
    passphrase: string,
  ): Promise<{ certificate: string; key: string }> {
    const file = put('p12', pkcs12)
    const [certificate, key] = [path('pem'), path('key')]
    const open = ['openssl', 'pkcs12', '-in', file, '-passin', `pass:${passphrase}`]
    await must([...open, '-clcerts', '-nokeys', '-out', certificate])
    await must([...open, '-nocerts', '-nodes', '-out', key])
    return { certificate, key }
  }

  const pem = (base64: string): string =>
    `-----BEGIN CERTIFICATE-----\n${
      base64
        .replaceAll(/\s/g, '')
        .match(/.{1,64}/g)
        ?.join('\n') ?? ''
    }\n-----END CERTIFICATE-----\n`

  return {
    opened,

    /** By openssl's CMS and Python's plistlib. */
    async apple(profile: Buffer): Promise<ReadProfile> {
      const [signed, plain, json] = [put('mobileconfig', profile), path('plist'), path('json')]
      const verify = ['openssl', 'cms', '-verify', '-inform', 'DER', '-in', signed]
      await must([...verify, '-CAfile', rootsFile, '-out', plain])
      const script = [
        'import sys, json, plistlib, base64',
        'p = plistlib.load(open(sys.argv[1], "rb"))',
        'f = lambda o: base64.b64encode(o).decode() if isinstance(o, bytes) else str(o)',
        'json.dump(p, open(sys.argv[2], "w"), default=f)',
      ].join('\n')
      await must([PYTHON, '-c', script, plain, json])
      const read = JSON.parse(readFileSync(json, 'utf8')) as {
        PayloadContent: readonly Readonly<Record<string, unknown>>[]
      }
      const of = (type: string) => read.PayloadContent.filter((one) => one['PayloadType'] === type)
      const roots = of('com.apple.security.root').map((one) => pem(String(one['PayloadContent'])))
      const [identity] = of('com.apple.security.pkcs12')
      const [wifi] = of('com.apple.wifi.managed')
      const eap = wifi?.['EAPClientConfiguration'] as Readonly<Record<string, unknown>>
      const pkcs12 = Buffer.from(String(identity?.['PayloadContent']), 'base64')
      return {
        ...(await opened(pkcs12, String(identity?.['Password']))),
        roots: put('pem', roots.join('')),
        serverName: String((eap['TLSTrustedServerNames'] as readonly string[])[0]),
        identity: String(eap['OuterIdentity']),
      }
    },

    /** By xmllint, against the schema. */
    async eapConfig(profile: Buffer): Promise<ReadProfile> {
      const file = put('eap-config', profile)
      await must(['xmllint', '--noout', '--schema', join(VECTORS, 'eap-metadata.xsd'), file])
      const of = async (query: string): Promise<string> =>
        (await must(['xmllint', '--xpath', query, file])).trim()
      const cas = await of('//CA/text()')
      const pkcs12 = Buffer.from(await of('string(//ClientCertificate)'), 'base64')
      return {
        ...(await opened(pkcs12, await of('string(//Passphrase)'))),
        roots: put('pem', cas.split('\n').map(pem).join('')),
        serverName: await of('string(//ServerID)'),
        identity: await of('string(//OuterIdentity)'),
      }
    },

    /** By Python's jsonschema. */
    async chromeOs(profile: Buffer): Promise<ReadProfile> {
      const file = put('onc', profile)
      const script = [
        'import sys, json, jsonschema',
        'jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))',
      ].join('\n')
      await must([PYTHON, '-c', script, file, join(VECTORS, 'onc.schema.json')])
      const read = JSON.parse(profile.toString('utf8')) as {
        Certificates: readonly { Type: string; X509?: string; PKCS12?: string }[]
        NetworkConfigurations: readonly {
          WiFi: { EAP: { DomainSuffixMatch: readonly string[]; Identity: string } }
        }[]
      }
      const eap = read.NetworkConfigurations[0]?.WiFi.EAP
      const roots = read.Certificates.flatMap(({ X509 }) => (X509 === undefined ? [] : [pem(X509)]))
      const identity = read.Certificates.find(({ Type }) => Type === 'Client')
      return {
        ...(await opened(Buffer.from(identity?.PKCS12 ?? '', 'base64'), '')),
        roots: put('pem', roots.join('')),
        serverName: eap?.DomainSuffixMatch[0] ?? '',
        identity: eap?.Identity ?? '',
      }
    },

    /** By sh and nmcli, which prints the keyfile that NetworkManager would keep. */
    async networkManager(script: Buffer): Promise<ReadProfile> {
      const home = path('home')
      await must(['mkdir', home])
      const file = put('sh', script)
      const env = { XDG_DATA_HOME: home, NMCLI: 'nmcli --offline' }
      const stdout = await must(['sh', file], { env })
      const value = (key: string): string =>
        new RegExp(`^${key}=(?:file://)?(.*)$`, 'm').exec(stdout)?.[1] ?? ''
      return {
        roots: value('ca-cert'),
        certificate: value('client-cert'),
        key: value('private-key'),
        serverName: value('domain-suffix-match'),
        identity: value('identity'),
      }
    },

    /** Of the installer: each WLANProfile in it is what its schema says, to xmllint. */
    async windows(installer: Buffer): Promise<ReadProfile> {
      const text = installer.toString('utf8')
      const list = (name: string): readonly string[] =>
        [
          ...(new RegExp(`\\$${name} = @\\((.*)\\)`).exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g),
        ].map(([, value = '']) => value)
      const [profile = ''] = list('profiles')
      const file = put('xml', Buffer.from(profile, 'base64'))
      const schema = join(VECTORS, 'windows/wlan-profile.xsd')
      await must(['xmllint', '--noout', '--schema', schema, file])
      const of = async (name: string): Promise<string> =>
        (await must(['xmllint', '--xpath', `string(//*[local-name()='${name}'])`, file])).trim()
      const [, secret = ''] = /FromBase64String\('([^']+)'\)\)/.exec(text) ?? []
      const [, identity = ''] =
        /\$identity = \[Convert\]::FromBase64String\('([^']+)'\)/.exec(text) ?? []
      const passphrase = Buffer.from(secret, 'base64').toString('utf8')
      return {
        ...(await opened(Buffer.from(identity, 'base64'), passphrase)),
        roots: put('pem', list('roots').map(pem).join('')),
        serverName: await of('ServerNames'),
        // Windows takes it from the certificate.
        identity: 'device',
      }
    },
  }
}
