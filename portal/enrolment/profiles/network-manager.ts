import { uuidOf } from './profile.ts'
import { outerIdentity } from './profile.ts'
import type { ProfileCredential, StaffNetwork } from './profile.ts'

/**
 * A shell script for NetworkManager: puts roots, certificate and key where only their owner reads them, and
 * makes the connections anew under the same UUID. Every value is in single quotes.
 */
export function networkManagerScript(network: StaffNetwork, credential: ProfileCredential): string {
  const file = (name: string, content: string): readonly string[] => [
    `cat > "$folder"/${name} <<'END-OF-FILE'`,
    content.trimEnd(),
    'END-OF-FILE',
  ]
  return [
    '#!/bin/sh',
    'set -eu',
    'umask 077',
    `folder="\${XDG_DATA_HOME:-$HOME/.local/share}"/${quoted(network.serverName)}-wifi`,
    'mkdir -p "$folder"',
    ...file('roots.pem', network.roots.join('')),
    ...(credential.kind === 'certificate'
      ? [
          ...file('device.pem', credential.certificatePem + credential.chainPem.join('')),
          ...file('device.key', credential.keyPem),
        ]
      : []),
    ...network.ssids.flatMap((ssid) => connection(network, ssid, credential)),
    '',
  ].join('\n')
}

function connection(
  network: StaffNetwork,
  ssid: string,
  credential: ProfileCredential,
): readonly string[] {
  const uuid = uuidOf(`network ${network.serverName} ${ssid}`)
  const security =
    credential.kind === 'certificate'
      ? [
          '802-1x.eap tls',
          `802-1x.identity ${quoted(outerIdentity(network))}`,
          '802-1x.client-cert "$folder"/device.pem',
          '802-1x.private-key "$folder"/device.key',
          // The key has no password: the file is for its owner alone.
          '802-1x.private-key-password-flags 4',
        ]
      : [
          '802-1x.eap ttls',
          '802-1x.phase2-auth pap',
          `802-1x.identity ${quoted(credential.username)}`,
          `802-1x.anonymous-identity ${quoted(outerIdentity(network))}`,
          `802-1x.password ${quoted(credential.password)}`,
        ]
  const settings = [
    `type wifi con-name ${quoted(ssid)} ifname '*' ssid ${quoted(ssid)}`,
    `connection.uuid ${uuid}`,
    'connection.permissions "user:$(id -un)"',
    'wifi-sec.key-mgmt wpa-eap',
    ...security,
    '802-1x.ca-cert "$folder"/roots.pem',
    `802-1x.domain-suffix-match ${quoted(network.serverName)}`,
  ]
  return [
    // NMCLI: another program for it, or one that only prints.
    `[ -n "\${NMCLI:-}" ] || nmcli connection delete uuid ${uuid} 2>/dev/null || true`,
    `\${NMCLI:-nmcli} connection add \\\n  ${settings.join(' \\\n  ')}`,
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
