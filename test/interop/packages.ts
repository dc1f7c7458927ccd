import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { must } from '../support/peers/process.ts'

/** The real peers: the program that must be there, and the Debian package it comes in. */
const PEERS: readonly (readonly [program: string, packageName: string])[] = [
  ['radclient', 'freeradius-utils'],
  ['freeradius', 'freeradius'],
  ['dumpcap', 'wireshark-common'],
  ['tshark', 'tshark'],
  ['eapol_test', 'eapoltest'],
  ['hostapd', 'hostapd'],
  ['radsecproxy', 'radsecproxy'],
  ['wpa_supplicant', 'wpasupplicant'],
  ['opennds', 'opennds'],
  // AuthMon is written in it.
  ['php', 'php-cli'],
  ['iptables-legacy', 'iptables'],
  ['nft', 'nftables'],
  ['dnsmasq', 'dnsmasq-base'],
  ['unbound', 'unbound'],
  ['dig', 'bind9-dnsutils'],
  ['named', 'bind9'],
  ['dnsperf', 'dnsperf'],
  ['named-checkzone', 'bind9-utils'],
  ['kdig', 'knot-dnsutils'],
  ['ip', 'iproute2'],
  ['slapd', 'slapd'],
  ['ldapmodify', 'ldap-utils'],
  ['samba', 'samba-ad-dc'],
  ['/usr/share/samba/setup/provision.ldif', 'samba-ad-provision'],
  ['/usr/share/perl5/Lemonldap/NG/Portal.pm', 'liblemonldap-ng-portal-perl'],
  ['/usr/share/perl5/String/Random.pm', 'libstring-random-perl'],
  ['plackup', 'libplack-perl'],
  ['curl', 'curl'],
  // Independent readers of what devices are given.
  ['openssl', 'openssl'],
  ['softhsm2-util', 'softhsm2'],
  ['pkcs11-tool', 'opensc'],
  ['xmllint', 'libxml2-utils'],
  ['nmcli', 'network-manager'],
  ['/usr/bin/python3', 'python3-minimal'],
  ['/usr/lib/python3/dist-packages/jsonschema/__init__.py', 'python3-jsonschema'],
  ['promtool', 'prometheus'],
  ['amtool', 'prometheus-alertmanager'],
  ['rsyslogd', 'rsyslog'],
  ['/usr/share/doc/rsyslog-gnutls/copyright', 'rsyslog-gnutls'],
  ['busybox', 'busybox'],
  ['conntrack', 'conntrack'],
  ['ping', 'iputils-ping'],
  ['shellcheck', 'shellcheck'],
  ['ansible-playbook', 'ansible-core'],
  ['ansible-lint', 'ansible-lint'],
  ['systemd-analyze', 'systemd'],
  ['debootstrap', 'debootstrap'],
  ['systemd-nspawn', 'systemd-container'],
  ['lintian', 'lintian'],
  ['buildah', 'buildah'],
  ['bwrap', 'bubblewrap'],
  ['docker-compose', 'docker-compose'],
  ['kubectl', 'kubernetes-client'],
  ['chromium', 'chromium'],
  ['/usr/share/fonts/truetype/noto/NotoSansEthiopic-Regular.ttf', 'fonts-noto-core'],
]

/** What `npm run bench` needs beside them. */
export const BENCH_PEERS: typeof PEERS = [
  ['freeradius', 'freeradius'],
  ['/usr/lib/freeradius/rlm_sql_postgresql.so', 'freeradius-postgresql'],
  ['unbound', 'unbound'],
  ['dig', 'bind9-dnsutils'],
  ['dnsperf', 'dnsperf'],
  ['/usr/lib/freeradius/rlm_ldap.so', 'freeradius-ldap'],
  ['slapd', 'slapd'],
  ['ldapmodify', 'ldap-utils'],
  ['opennds', 'opennds'],
  ['dnsmasq', 'dnsmasq-base'],
  ['dnsdist', 'dnsdist'],
  ['pdns_recursor', 'pdns-recursor'],
  ['kresd', 'knot-resolver'],
  ['iptables-legacy', 'iptables'],
  ['curl', 'curl'],
]

/** Installs the peers that are missing. Throws where one is still absent: nothing is skipped. */
export async function providePeers(peers: typeof PEERS = PEERS): Promise<void> {
  const missing = peers.filter(([program]) => !isInstalled(program))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, packageName]) => packageName))]
  if (process.getuid?.() !== 0) {
    throw new Error(
      `missing: ${packages.join(' ')}\nAs root: apt-get install --no-install-recommends ${packages.join(' ')}`,
    )
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const patience = { env, timeoutMs: 10 * 60_000 }
  console.log(`# installing ${packages.join(' ')}`)
  // Another one that installs at the moment is waited for.
  const apt = ['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300']
  await must([...apt, 'update'], patience)
  // A package must not start its service: it would take the ports the suite asks for.
  const policy = '/usr/sbin/policy-rc.d'
  const keepQuiet = existsSync(policy) ? [] : [policy]
  for (const file of keepQuiet) {
    await must(['sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${file} && chmod 755 ${file}`])
  }
  try {
    const install = [...apt, '-y', '--no-install-recommends', 'install']
    await must([...install, ...packages], patience)
  } finally {
    for (const file of keepQuiet) await must(['rm', '-f', file])
  }
  const absent = missing.filter(([program]) => !isInstalled(program))
  if (absent.length > 0) throw new Error(`still missing: ${absent.map(([p]) => p).join(' ')}`)
}

function isInstalled(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  const path = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`
  return path.split(delimiter).some((folder) => existsSync(join(folder, program)))
}
