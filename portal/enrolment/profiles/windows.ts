import { makePkcs12 } from '#core/pki/pkcs12.ts'
import { base64Of, outerIdentity, thumbprint, xml } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'

/** A WLANProfile of Windows for one name of the network ([MS-GPWL], EAP host configuration). */
export function wlanProfile(
  network: StaffNetwork,
  ssid: string,
  kind: ProfileCredential['kind'],
): string {
  const hex = Buffer.from(ssid).toString('hex').toUpperCase()
  return `<?xml version="1.0" encoding="UTF-8"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
  <name>${xml(ssid)}</name>
  <SSIDConfig><SSID><hex>${hex}</hex><name>${xml(ssid)}</name></SSID></SSIDConfig>
  <connectionType>ESS</connectionType>
  <connectionMode>auto</connectionMode>
  <autoSwitch>false</autoSwitch>
  <MSM>
    <security>
      <authEncryption>
        <authentication>WPA2</authentication>
        <encryption>AES</encryption>
        <useOneX>true</useOneX>
      </authEncryption>
      <PMKCacheMode>enabled</PMKCacheMode>
      <OneX xmlns="http://www.microsoft.com/networking/OneX/v1">
        <cacheUserData>true</cacheUserData>
        <authMode>user</authMode>
        <EAPConfig>${kind === 'certificate' ? eapTls(network) : eapTtls(network)}</EAPConfig>
      </OneX>
    </security>
  </MSM>
</WLANProfile>
`
}

function eapTls({ serverName, roots }: StaffNetwork): string {
  const type = 'http://www.microsoft.com/provisioning/EapTlsConnectionPropertiesV1'
  const trusted = roots.map((pem) => `<TrustedRootCA>${spaced(thumbprint(pem))}</TrustedRootCA>`)
  return hostConfig(
    13,
    0,
    `<Eap xmlns="http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1">
            <Type>13</Type>
            <EapType xmlns="${type}">
              <CredentialsSource>
                <CertificateStore><SimpleCertSelection>true</SimpleCertSelection></CertificateStore>
              </CredentialsSource>
              <ServerValidation>
                <DisableUserPromptForServerValidation>true</DisableUserPromptForServerValidation>
                <ServerNames>${xml(serverName)}</ServerNames>
                ${trusted.join('')}
              </ServerValidation>
              <DifferentUsername>false</DifferentUsername>
            </EapType>
          </Eap>`,
  )
}

function eapTtls(network: StaffNetwork): string {
  const { serverName, roots } = network
  const trusted = roots.map(
    (pem) => `<TrustedRootCAHash>${spaced(thumbprint(pem))}</TrustedRootCAHash>`,
  )
  return hostConfig(
    21,
    311,
    `<EapTtls xmlns="http://www.microsoft.com/provisioning/EapTtlsConnectionPropertiesV1">
            <ServerValidation>
              <ServerNames>${xml(serverName)}</ServerNames>
              ${trusted.join('')}
              <DisablePrompt>true</DisablePrompt>
            </ServerValidation>
            <Phase2Authentication><PAPAuthentication/></Phase2Authentication>
            <Phase1Identity>
              <IdentityPrivacy>true</IdentityPrivacy>
              <AnonymousIdentity>${xml(outerIdentity(network))}</AnonymousIdentity>
            </Phase1Identity>
          </EapTtls>`,
  )
}

function hostConfig(type: number, author: number, config: string): string {
  const common = 'http://www.microsoft.com/provisioning/EapCommon'
  return `
        <EapHostConfig xmlns="http://www.microsoft.com/provisioning/EapHostConfig">
          <EapMethod>
            <Type xmlns="${common}">${type}</Type>
            <VendorId xmlns="${common}">0</VendorId>
            <VendorType xmlns="${common}">0</VendorType>
            <AuthorId xmlns="${common}">${author}</AuthorId>
          </EapMethod>
          <Config xmlns="http://www.microsoft.com/provisioning/EapHostConfig">
          ${config}
          </Config>
        </EapHostConfig>`
}

/** `ab cd …`, as Windows writes it. */
function spaced(hex: string): string {
  return (hex.match(/../g) ?? []).join(' ')
}

/**
 * One file that a person opens: a batch file that hands what stands behind its first lines to PowerShell, so that no
 * policy about scripts stands in the way and no administrator is needed. Everything is base64: nothing in a
 * name can become a command.
 */
export function windowsInstaller(network: StaffNetwork, credential: ProfileCredential): string {
  const profiles = network.ssids.map((ssid) => wlanProfile(network, ssid, credential.kind))
  const list = (values: readonly string[]): string =>
    `@(${values.map((value) => `'${value}'`).join(', ')})`
  const lines = [
    '@echo off',
    `powershell -NoProfile -ExecutionPolicy Bypass -Command "$t = [IO.File]::ReadAllText('%~f0'); & ([ScriptBlock]::Create($t.Substring($t.IndexOf('#' + '---') + 4)))"`,
    'pause',
    'exit /b',
    '#---',
    "$ErrorActionPreference = 'Stop'",
    `$roots = ${list(network.roots.map(base64Of))}`,
    `$profiles = ${list(profiles.map((text) => Buffer.from(text).toString('base64')))}`,
    'foreach ($root in $roots) {',
    '  $certificate = New-Object Security.Cryptography.X509Certificates.X509Certificate2(,[Convert]::FromBase64String($root))',
    "  $store = New-Object Security.Cryptography.X509Certificates.X509Store('Root', 'CurrentUser')",
    "  $store.Open('ReadWrite'); $store.Add($certificate); $store.Close()",
    '}',
    ...identityLines(network, credential),
    'foreach ($profile in $profiles) {',
    '  $file = [IO.Path]::GetTempFileName()',
    '  [IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($profile))',
    '  netsh wlan add profile filename="$file" user=current',
    '  Remove-Item $file',
    '}',
    "Write-Host 'OK'",
    '',
  ]
  return lines.join('\r\n')
}

function identityLines(network: StaffNetwork, credential: ProfileCredential): readonly string[] {
  if (credential.kind === 'password') return []
  const { certificatePem, chainPem, keyPem, passphrase } = credential
  const name = `${network.organisation} Wi-Fi`
  const file = makePkcs12({ certificatePem, chainPem, keyPem, passphrase, name }, 'modern')
  const secret = Buffer.from(passphrase).toString('base64')
  return [
    `$secret = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${secret}'))`,
    `$identity = [Convert]::FromBase64String('${Buffer.from(file).toString('base64')}')`,
    '$all = New-Object Security.Cryptography.X509Certificates.X509Certificate2Collection',
    "$all.Import($identity, $secret, 'UserKeySet, PersistKeySet')",
    'foreach ($one in $all) {',
    "  $where = if ($one.HasPrivateKey) { 'My' } else { 'CA' }",
    "  $store = New-Object Security.Cryptography.X509Certificates.X509Store($where, 'CurrentUser')",
    "  $store.Open('ReadWrite'); $store.Add($one); $store.Close()",
    '}',
  ]
}
