import type { KindName } from './kinds.ts'
import type { Place } from './place.ts'

interface Words {
  readonly title: string
  readonly secret: string
  readonly steps: string
  readonly check: string
  readonly warning: string
  readonly ports: (own: string) => string
  readonly noPorts: string
  readonly noNat: string
  readonly noHttps: string
}

const WORDS: readonly Words[] = [
  {
    title: 'Installer la passerelle du lieu',
    secret:
      'Ce dossier contient des secrets (RADIUS, portail) : ne l’envoyez pas par courriel, effacez-le quand la passerelle fonctionne.',
    steps: 'En trois étapes',
    check: 'Pour vérifier',
    warning: 'À savoir',
    ports: (own) =>
      `Les ports source ${own} sont ceux de la passerelle ; chaque appareil a son propre bloc, que le journal connaît.`,
    noPorts:
      'Les blocs de ports déclarés ne laissent rien à la passerelle : déclarez par exemple `nat: { ports: 8192-65535, each: 200 }` et refaites ces fichiers.',
    noNat:
      'Aucune traduction (`nat`) n’est déclarée pour le réseau des visiteurs : le journal ne saura pas dire qui avait une adresse publique et un port.',
    noHttps:
      'L’adresse du portail n’est pas en https : l’option 114 (RFC 8910) n’est pas donnée, les téléphones ouvrent la page par leur propre vérification.',
  },
  {
    title: 'Set up the gateway of the place',
    secret:
      'This folder holds secrets (RADIUS, portal): do not send it by mail, and delete it once the gateway works.',
    steps: 'Three steps',
    check: 'To make sure',
    warning: 'Good to know',
    ports: (own) =>
      `Source ports ${own} are the gateway’s own; each device has a block of its own, which the log knows.`,
    noPorts:
      'The blocks of ports that were declared leave none to the gateway: declare for example `nat: { ports: 8192-65535, each: 200 }` and make these files again.',
    noNat:
      'No translation (`nat`) is declared for the guests’ network: the log cannot say who had a public address and port.',
    noHttps:
      'The portal’s address is not https: option 114 (RFC 8910) is not given, and phones open the page by their own check.',
  },
]

/** As commands, where the networks of a Debian server stand in /etc/network/interfaces. */
function bridgeOf(lan: string, address: string): string {
  const lines = [
    'auto LAN',
    'iface LAN inet static',
    '  bridge_ports eth1',
    `  address ${address}`,
    '',
  ]
  const text = lines.join('\\n').replaceAll('LAN', lan)
  return `       apt install bridge-utils
       printf '\\n${text}' >> /etc/network/interfaces
       ifup ${lan}
`
}

/** French and English, in the order of WORDS. */
const STEPS: Readonly<Record<KindName, (place: Place) => readonly (readonly string[])[]>> = {
  opennds: ({ devices: { lan, wan }, guest: { router, prefixLength } }) => [
    [
      `Sur une machine Debian à deux cartes : \`${wan}\` vers la box, un pont \`${lan}\` avec l’adresse ${router}/${prefixLength} vers les bornes. Où \`eth1\` est la carte des bornes (\`ip -br link\`) :\n\n${bridgeOf(lan, `${router}/${prefixLength}`)}`,
      'Copiez ce dossier sur la machine et lancez `sudo ./install.sh`.',
      'Rejoignez le Wi-Fi avec un téléphone : la page d’accueil s’ouvre ; acceptez.',
    ],
    [
      `On a Debian machine with two cards: \`${wan}\` to the box, a bridge \`${lan}\` with the address ${router}/${prefixLength} to the access points. Where \`eth1\` is their card (\`ip -br link\`):\n\n${bridgeOf(lan, `${router}/${prefixLength}`)}`,
      'Copy this folder to the machine and run `sudo ./install.sh`.',
      'Join the Wi-Fi with a phone: the welcome page opens; accept.',
    ],
  ],
  openwrt: () => [
    [
      'Sur le routeur : `opkg update && opkg install opennds` (ou `apk add opennds`), version 10.2 ou plus récente.',
      'Copiez ce dossier sur le routeur (`scp -O -r . root@192.168.1.1:/tmp/place`) et lancez `sh /tmp/place/setup.sh`.',
      'Rejoignez le Wi-Fi avec un téléphone : la page d’accueil s’ouvre ; acceptez.',
    ],
    [
      'On the router: `opkg update && opkg install opennds` (or `apk add opennds`), version 10.2 or newer.',
      'Copy this folder to the router (`scp -O -r . root@192.168.1.1:/tmp/place`) and run `sh /tmp/place/setup.sh`.',
      'Join the Wi-Fi with a phone: the welcome page opens; accept.',
    ],
  ],
  hostapd: ({ devices: { dot1x } }) => [
    [
      `Sur une machine Debian avec une carte Wi-Fi \`${dot1x?.device ?? 'wlan0'}\` qui sait être borne.`,
      'Copiez ce dossier sur la machine et lancez `sudo ./install.sh`.',
      'Rejoignez le réseau du personnel avec un compte : l’appareil est admis sans page.',
    ],
    [
      `On a Debian machine with a Wi-Fi card \`${dot1x?.device ?? 'wlan0'}\` that can be an access point.`,
      'Copy this folder to the machine and run `sudo ./install.sh`.',
      'Join the staff network with an account: the device is let in without a page.',
    ],
  ],
  mikrotik: ({ devices: { lan, wan } }) => [
    [
      `Sur le routeur (RouterOS 7), un pont \`${lan}\` pour les visiteurs et \`${wan}\` vers la box.`,
      'Envoyez `place.rsc` et, dans un dossier `accueil`, `login.html` ; puis `/import file-name=place.rsc`.',
      'Rejoignez le Wi-Fi avec un téléphone : la page d’accueil s’ouvre ; acceptez.',
    ],
    [
      `On the router (RouterOS 7), a bridge \`${lan}\` for guests and \`${wan}\` to the box.`,
      'Upload `place.rsc` and, in a folder `accueil`, `login.html`; then `/import file-name=place.rsc`.',
      'Join the Wi-Fi with a phone: the welcome page opens; accept.',
    ],
  ],
  unifi: ({ centre, guest }) => [
    [
      `Réseau : sous-réseau \`${guest.subnet}\`, DNS \`${centre.address}\`. Wi-Fi ouvert, « Client Device Isolation ».`,
      `Hotspot Portal : « External Portal Server » \`${centre.address}\` ; accès avant autorisation : \`${centre.portalUrl.host}\`. Accès interdit après : les plages \`closed-to-guests\` de values.txt.`,
      'Rejoignez le Wi-Fi avec un téléphone : la page d’accueil s’ouvre ; acceptez (UniFi peut mettre 20 secondes).',
    ],
    [
      `Network: subnet \`${guest.subnet}\`, DNS \`${centre.address}\`. Open Wi-Fi, "Client Device Isolation".`,
      `Hotspot portal: "External Portal Server" \`${centre.address}\`; access before authorisation: \`${centre.portalUrl.host}\`. Restricted after it: the ranges \`closed-to-guests\` in values.txt.`,
      'Join the Wi-Fi with a phone: the welcome page opens; accept (UniFi may take 20 seconds).',
    ],
  ],
  generic: () => [
    [
      'Reportez les valeurs de `values.txt` dans la passerelle : RADIUS, DNS, DHCP, ce qui est fermé aux visiteurs.',
      'Envoyez le port 80 des appareils inconnus à l’adresse que `sign.sh MAC IP` calcule ; interrogez RADIUS par adresse MAC.',
      'Rejoignez le Wi-Fi avec un téléphone : la page d’accueil s’ouvre ; acceptez.',
    ],
    [
      'Enter the values of `values.txt` at the gateway: RADIUS, DNS, DHCP, what is closed to guests.',
      'Send port 80 of devices that are not known to the address that `sign.sh MAC IP` makes; ask RADIUS by MAC address.',
      'Join the Wi-Fi with a phone: the welcome page opens; accept.',
    ],
  ],
}

const CHECKS = [
  'Sur le téléphone : un site interdit ne s’ouvre pas, la page de la box (192.168.1.1) non plus. Au centre : `npx accueil radius gateways`, `npx accueil logs search --site CODE`.',
  'On the phone: a blocked site does not open, nor does the page of the box (192.168.1.1). At the centre: `npx accueil radius gateways`, `npx accueil logs search --site CODE`.',
]

export function readme(kind: KindName, place: Place): string {
  const { gateway, ownPorts, guest, centre } = place
  const steps = STEPS[kind](place)
  return WORDS.map((words, i) => {
    const own = ownPorts === null ? null : `${ownPorts.first}-${ownPorts.last}`
    const known = [
      ...(guest.network.nat === null
        ? [words.noNat]
        : [own === null ? words.noPorts : words.ports(own)]),
      ...(centre.portalUrl.protocol === 'https:' ? [] : [words.noHttps]),
    ]
    return `# ${words.title} ${gateway.site}, ${gateway.siteName} (${gateway.name})

${words.secret}

## ${words.steps}

${(steps[i] ?? []).map((step, n) => `${n + 1}. ${step}`).join('\n')}

## ${words.check}

${(CHECKS[i] ?? '').replace('CODE', gateway.site)}

## ${words.warning}

${known.map((line) => `- ${line}`).join('\n')}
`
  }).join('\n---\n\n')
}
