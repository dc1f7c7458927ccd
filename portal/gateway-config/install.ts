import type { Place } from './place.ts'

/** A file of the folder: where it goes on the gateway, and who may read it. */
export interface PlaceFile {
  readonly name: string
  readonly text: string
  /** On the gateway; absent: it is for people, or run from the folder. */
  readonly target?: string
  /** Octal. */
  readonly mode?: string
  /** `freerad`: the proxy reads it. */
  readonly group?: string
}

/** The firewall, before the network is up. */
export const FIREWALL_UNIT = `[Unit]
Description=Accueil: the firewall of the place
Documentation=file:///etc/accueil/README.md
DefaultDependencies=no
Before=network-pre.target shutdown.target
Wants=network-pre.target
After=local-fs.target systemd-modules-load.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/accueil/place.nft
ExecReload=/usr/sbin/nft -f /etc/accueil/place.nft
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_ADMIN
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_NETLINK AF_UNIX
SystemCallFilter=@system-service

[Install]
WantedBy=sysinit.target
`

/** Guests of one bridge apart, once its ports are there. */
export const ISOLATION_UNIT = `[Unit]
Description=Accueil: guests of the place are apart from each other
Documentation=file:///etc/accueil/README.md
After=network-online.target hostapd.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/etc/accueil/isolate.sh
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_ADMIN
RestrictAddressFamilies=AF_NETLINK AF_UNIX
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`

/** Addresses and names of the staff network; those of guests are by the dnsmasq of the package. */
export const STAFF_NAMES_UNIT = `[Unit]
Description=Accueil: addresses and names of the staff network
Documentation=file:///etc/accueil/README.md
After=network-online.target dnsmasq.service
Wants=network-online.target

[Service]
ExecStart=/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/etc/accueil/dnsmasq-staff.conf --user=dnsmasq --pid-file=
Restart=always
RestartSec=5
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`

/** openNDS begins with nothing of the one before, and with what it looks for. */
export const OPENNDS_DROP_IN = `# Made by accueil gateway config.
[Unit]
After=network-online.target accueil-firewall.service
Wants=network-online.target

[Service]
ExecStartPre=/etc/accueil/before-opennds.sh
Restart=always
RestartSec=5
`

/**
 * Debian's openNDS 9.10 writes its rules by iptables-legacy, which alone takes them, and knows nothing of it elsewhere.
 * It takes them away by nft: they stay, and the next one finds its chains there and gives up. And every few seconds it
 * looks by nft for its chain ndsNET, and begins anew where that is missing; one that a rule leads to is not deleted.
 */
export const BEFORE_OPENNDS = `#!/bin/sh
# Takes away the rules that an openNDS has left.
for table in mangle nat filter; do
  iptables-save -t "$table" | grep -v -E '^:nds|-[Aj] nds' | iptables-restore -T "$table"
done
# Where openNDS looks whether its rules are there.
nft list chain ip filter accueil_opennds > /dev/null 2>&1 || nft -f - << 'END'
table ip filter {
  chain ndsNET {
  }
  chain accueil_opennds {
    jump ndsNET
  }
}
END
`

/** RADIUS of this machine to us, by TLS. */
export const PROXY_UNIT = `[Unit]
Description=Accueil: RADIUS of this gateway to the centre, by TLS
Documentation=file:///etc/accueil/README.md
After=network-online.target
Wants=network-online.target
Before=hostapd.service

[Service]
User=freerad
Group=freerad
RuntimeDirectory=accueil-radius-proxy
ExecStart=/usr/sbin/freeradius -f -d /etc/accueil/radius-proxy -l stdout
Restart=always
RestartSec=5
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`

/** The gateway forwards, and takes its own source ports from those that are in nobody's block. */
export function sysctl({ ownPorts }: Place): string {
  const ports =
    ownPorts === null ? '' : `net.ipv4.ip_local_port_range = ${ownPorts.first} ${ownPorts.last}\n`
  return `# Made by accueil gateway config.
net.ipv4.ip_forward = 1
net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
${ports}`
}

/**
 * Lays the files on a Debian machine, and again without harm: a file that is there already is left as it is, and
 * services are restarted only where something has changed. PLACE_ROOT lays them under another folder, and starts
 * nothing; so does --files-only.
 */
export function installScript(place: Place, files: readonly PlaceFile[]): string {
  const hasHostapd = files.some(({ name }) => name === 'hostapd.conf')
  const hasProxy = files.some(({ name }) => name === 'radius-proxy.conf')
  const hasOpenNds = files.some(({ name }) => name === 'opennds.conf')
  const packages = [
    ...['nftables', 'dnsmasq', 'iproute2'],
    // openNDS asks itself by wget whether it still answers, and begins anew where that is not there.
    ...(hasOpenNds ? ['opennds', 'iptables', 'wget'] : []),
    // openNDS decrypts levels 2 and 3, and polls, with it.
    ...((place.gateway.fas?.level ?? 0) >= 2 ? ['php-cli'] : []),
    ...(hasHostapd ? ['hostapd'] : []),
    ...(hasProxy ? ['freeradius'] : []),
  ]
  const lay = files
    .filter((file) => file.target !== undefined)
    .map(
      ({ name, target, mode = '0644', group = 'root' }) =>
        `lay ${name} ${target} ${mode} ${group}\n`,
    )
  const services = [
    ...['accueil-firewall', 'dnsmasq'],
    ...(place.staff === null ? [] : ['accueil-staff-names']),
    ...(hasOpenNds ? ['opennds'] : []),
    ...(hasProxy ? ['accueil-radius-proxy'] : []),
    ...(hasHostapd ? ['hostapd'] : []),
    'accueil-isolation',
  ]
  return `#!/bin/sh
# Makes this Debian machine the gateway of ${place.gateway.site}. May be run again at any time.
#   ./install.sh               installs packages, lays the files, starts what has changed
#   ./install.sh --files-only  lays the files
set -eu
cd "$(dirname "$0")"
root=\${PLACE_ROOT:-}
only_files=\${root:+yes}
[ "\${1:-}" = --files-only ] && only_files=yes
if [ "$(id -u)" != 0 ]; then
  echo "run this as root: sudo ./install.sh" >&2
  exit 1
fi
changed=

# lay FILE TARGET MODE GROUP
lay() {
  target=$root$2
  if [ -f "$target" ] && cmp -s "$1" "$target" && [ "0$(stat -c %a "$target")" = "$3" ]; then
    return 0
  fi
  mkdir -p "$(dirname "$target")"
  # Beside it and then in its place: a power cut leaves the old one or the new one.
  new=$target.accueil-new
  install -m "$3" "$1" "$new"
  if getent group "$4" > /dev/null; then chgrp "$4" "$new"; fi
  mv "$new" "$target"
  changed="$changed $1"
  echo "laid $2"
}

if [ -z "$only_files" ]; then
  # Before anything is done: what is laid and not started would look as if it were.
  for device in ${place.devices.lan} ${place.devices.wan}; do
    if [ ! -e "/sys/class/net/$device" ]; then
      echo "there is no device $device: make it, or run accueil gateway config again with --lan and --wan" >&2
      [ "$device" != ${place.devices.lan} ] || echo "${place.devices.lan} is a bridge with the address ${place.guest.router}/${place.guest.prefixLength}: see README.md" >&2
      exit 1
    fi
  done
  missing=
  for package in ${packages.join(' ')}; do
    dpkg -s "$package" > /dev/null 2>&1 || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    apt-get -qq update
    # The list of packages is meant to be split.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing
  fi
${hasOpenNds ? '  # openNDS writes rules that only this one of the two takes.\n  update-alternatives --set iptables /usr/sbin/iptables-legacy > /dev/null\n' : ''}fi

${lay.join('')}
if [ -n "$only_files" ]; then
  echo "the files of ${place.gateway.site} are in place"
  exit 0
fi

sysctl -q -p /etc/sysctl.d/60-accueil.conf
systemctl daemon-reload
${hasProxy ? '# Ours has files of its own; that of the package serves nobody here.\nsystemctl disable --now freeradius > /dev/null 2>&1 || true\n' : ''}${hasHostapd ? 'systemctl unmask hostapd > /dev/null 2>&1 || true\n' : ''}for service in ${services.join(' ')}; do
  systemctl enable -q "$service"
  if [ -n "$changed" ]; then
    systemctl restart "$service"
  else
    systemctl start "$service"
  fi
done
echo "${place.gateway.site} is ready"
`
}
