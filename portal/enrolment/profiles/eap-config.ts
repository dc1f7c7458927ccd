import { makePkcs12 } from '#core/pki/pkcs12.ts'
import { base64Of, outerIdentity, xml } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'

/**
 * For geteduroam and eduroam CAT's applications, on Android above all
 * (draft-winter-opsawg-eap-metadata). Elements stand in the order of its schema.
 */
export function eapConfig(network: StaffNetwork, credential: ProfileCredential): string {
  const { organisation, serverName, ssids, roots } = network
  const id = network.realm ?? serverName
  const method = credential.kind === 'certificate' ? 13 : 21
  return `<?xml version="1.0" encoding="utf-8"?>
<EAPIdentityProviderList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="eap-metadata.xsd">
  <EAPIdentityProvider ID="${xml(id)}" namespace="urn:RFC4282:realm" version="1">
    <ValidUntil>${new Date(credential.endsAt).toISOString()}</ValidUntil>
    <AuthenticationMethods>
      <AuthenticationMethod>
        <EAPMethod><Type>${method}</Type></EAPMethod>
        <ServerSideCredential>
          ${roots.map((pem) => `<CA format="X.509" encoding="base64">${base64Of(pem)}</CA>`).join('\n          ')}
          <ServerID>${xml(serverName)}</ServerID>
        </ServerSideCredential>
        <ClientSideCredential>
          ${clientSide(network, credential)}
        </ClientSideCredential>${credential.kind === 'certificate' ? '' : innerPap()}
      </AuthenticationMethod>
    </AuthenticationMethods>
    <CredentialApplicability>
      ${ssids
        .map(
          (ssid) =>
            `<IEEE80211><SSID>${xml(ssid)}</SSID><MinRSNProto>CCMP</MinRSNProto></IEEE80211>`,
        )
        .join('\n      ')}
    </CredentialApplicability>
    <ProviderInfo><DisplayName>${xml(organisation)}</DisplayName></ProviderInfo>
  </EAPIdentityProvider>
</EAPIdentityProviderList>
`
}

function clientSide(network: StaffNetwork, credential: ProfileCredential): string {
  const outer = `<OuterIdentity>${xml(outerIdentity(network))}</OuterIdentity>`
  if (credential.kind === 'password') {
    const { username, password } = credential
    return `${outer}<UserName>${xml(username)}</UserName><Password>${xml(password)}</Password>`
  }
  const { certificatePem, chainPem, keyPem, passphrase } = credential
  const name = `${network.organisation} Wi-Fi`
  // Android before 13 reads no better.
  const file = makePkcs12({ certificatePem, chainPem, keyPem, passphrase, name }, 'old')
  const base64 = Buffer.from(file).toString('base64')
  return `${outer}<ClientCertificate format="PKCS12" encoding="base64">${base64}</ClientCertificate><Passphrase>${xml(passphrase)}</Passphrase>`
}

function innerPap(): string {
  return `
        <InnerAuthenticationMethod><NonEAPAuthMethod><Type>1</Type></NonEAPAuthMethod></InnerAuthenticationMethod>`
}
