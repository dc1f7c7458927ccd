import { makePkcs12 } from '#core/pki/pkcs12.ts'
import { base64Of, outerIdentity, thumbprint, uuidOf } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'

/** An Open Network Configuration for ChromeOS, imported at chrome://network. */
export function openNetworkConfiguration(
  network: StaffNetwork,
  credential: ProfileCredential,
): string {
  const { organisation, serverName } = network
  const roots = network.roots.map((pem) => ({
    GUID: `{${uuidOf(`root ${thumbprint(pem)}`)}}`,
    Type: 'Authority',
    X509: base64Of(pem),
  }))
  const identity = identityOf(network, credential)
  const eap = {
    AnonymousIdentity: outerIdentity(network),
    UseSystemCAs: false,
    ServerCARefs: roots.map(({ GUID }) => GUID),
    DomainSuffixMatch: [serverName],
    SaveCredentials: true,
    ...(credential.kind === 'password'
      ? {
          Outer: 'EAP-TTLS',
          Inner: 'PAP',
          Identity: credential.username,
          Password: credential.password,
        }
      : {
          Outer: 'EAP-TLS',
          Identity: outerIdentity(network),
          ClientCertType: 'Ref',
          ClientCertRef: identity?.GUID,
        }),
  }
  const configuration = {
    Type: 'UnencryptedConfiguration',
    Certificates: [...roots, ...(identity === null ? [] : [identity])],
    NetworkConfigurations: network.ssids.map((ssid) => ({
      GUID: `{${uuidOf(`network ${serverName} ${ssid}`)}}`,
      Name: `${organisation} ${ssid}`,
      Type: 'WiFi',
      WiFi: { SSID: ssid, AutoConnect: true, HiddenSSID: false, Security: 'WPA-EAP', EAP: eap },
    })),
  }
  return `${JSON.stringify(configuration, null, 2)}\n`
}

function identityOf(network: StaffNetwork, credential: ProfileCredential) {
  if (credential.kind === 'password') return null
  const { id, certificatePem, chainPem, keyPem } = credential
  const name = `${network.organisation} Wi-Fi`
  // ChromeOS asks for no passphrase here and takes an empty one (ONC, "PKCS12").
  const file = makePkcs12({ certificatePem, chainPem, keyPem, passphrase: '', name }, 'old')
  return {
    GUID: `{${uuidOf(`identity ${id}`)}}`,
    Type: 'Client',
    PKCS12: Buffer.from(file).toString('base64'),
  }
}
