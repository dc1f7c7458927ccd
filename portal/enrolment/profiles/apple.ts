import { makePkcs12 } from '#core/pki/pkcs12.ts'
import { base64Of, networkId, outerIdentity, thumbprint, uuidOf, xml } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'

type Plist = string | number | boolean | Data | readonly Plist[] | { readonly [key: string]: Plist }

class Data {
  readonly base64: string

  constructor(base64: string) {
    this.base64 = base64
  }
}

/** EAP types (IANA). */
const EAP = { tls: 13, ttls: 21 } as const

/**
 * An Apple configuration profile, not yet signed. The identifiers are the network's: a new profile takes the
 * place of the older. Roots stand beside the PKCS #12, not in it: macOS would trust those there for web sites.
 */
export function appleProfile(network: StaffNetwork, credential: ProfileCredential): string {
  const id = networkId(network)
  const roots = network.roots.map((pem, i) => ({
    ...payload('com.apple.security.root', `${id}.root.${thumbprint(pem)}`),
    PayloadDisplayName: `${network.organisation} ${i + 1}`,
    PayloadContent: new Data(base64Of(pem)),
  }))
  const identity = identityOf(id, network, credential)
  const networks = network.ssids.map((ssid) => ({
    ...payload('com.apple.wifi.managed', `${id}.ssid.${Buffer.from(ssid).toString('hex')}`),
    PayloadDisplayName: ssid,
    SSID_STR: ssid,
    AutoJoin: true,
    HIDDEN_NETWORK: false,
    ProxyType: 'None',
    EncryptionType: 'WPA2',
    ...(identity !== null && { PayloadCertificateUUID: identity.PayloadUUID }),
    EAPClientConfiguration: {
      AcceptEAPTypes: [credential.kind === 'certificate' ? EAP.tls : EAP.ttls],
      TLSTrustedServerNames: [network.serverName],
      PayloadCertificateAnchorUUID: roots.map(({ PayloadUUID }) => PayloadUUID),
      TLSMinimumVersion: '1.2',
      TLSMaximumVersion: '1.3',
      OuterIdentity: outerIdentity(network),
      ...(credential.kind === 'password' && {
        UserName: credential.username,
        UserPassword: credential.password,
        TTLSInnerAuthentication: 'PAP',
      }),
    },
  }))
  return plist({
    ...payload('Configuration', id),
    PayloadDisplayName: `${network.organisation} Wi-Fi`,
    PayloadOrganization: network.organisation,
    PayloadRemovalDisallowed: false,
    PayloadContent: [...roots, ...(identity === null ? [] : [identity]), ...networks],
  })
}

function identityOf(id: string, network: StaffNetwork, credential: ProfileCredential) {
  if (credential.kind === 'password') return null
  const { certificatePem, chainPem, keyPem, passphrase } = credential
  const name = `${network.organisation} Wi-Fi`
  // macOS before 15 reads no better than 3DES here; the passphrase beside it shields nothing anyway.
  const file = makePkcs12({ certificatePem, chainPem, keyPem, passphrase, name }, 'old')
  return {
    ...payload('com.apple.security.pkcs12', `${id}.identity`),
    PayloadDisplayName: name,
    Password: passphrase,
    PayloadContent: new Data(Buffer.from(file).toString('base64')),
  }
}

function payload(type: string, identifier: string) {
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuidOf(identifier).toUpperCase(),
  }
}

function plist(value: Plist): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<plist version="1.0">${element(value)}</plist>`,
    '',
  ].join('\n')
}

function element(value: Plist): string {
  if (typeof value === 'string') return `<string>${xml(value)}</string>`
  if (typeof value === 'number') return `<integer>${value}</integer>`
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>'
  if (value instanceof Data) return `<data>${value.base64}</data>`
  if (isList(value)) return `<array>${value.map(element).join('')}</array>`
  const entries = Object.entries(value).map(([key, one]) => `<key>${xml(key)}</key>${element(one)}`)
  return `<dict>${entries.join('\n')}</dict>`
}

function isList(
  value: readonly Plist[] | { readonly [key: string]: Plist },
): value is readonly Plist[] {
  return Array.isArray(value)
}
