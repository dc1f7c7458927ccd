import { AppError } from '#core/error.ts'
import type { GatewayKind } from '#db/gateway-kinds.ts'
import { dnsmasq } from './dnsmasq.ts'
import { VLAN_FILE, hostapdConf, hostapdVlans } from './hostapd.ts'
import {
  BEFORE_OPENNDS,
  FIREWALL_UNIT,
  ISOLATION_UNIT,
  OPENNDS_DROP_IN,
  PROXY_UNIT,
  STAFF_NAMES_UNIT,
  installScript,
  sysctl,
} from './install.ts'
import type { PlaceFile } from './install.ts'
import { mikrotikLogin, mikrotikScript } from './mikrotik.ts'
import { isolation, nftables } from './nftables.ts'
import { openndsConf, openndsUci } from './opennds.ts'
import { openwrtDhcp } from './openwrt.ts'
import type { Place } from './place.ts'
import { PROXY_FOLDER, radiusProxyConf } from './radius-proxy.ts'
import { readme } from './readme.ts'
import { signScript, values } from './values.ts'

/** What the gateway shows us over TLS. */
export interface GatewayCertificate {
  /** With the chain above it. */
  readonly pem: string
  readonly keyPem: string
}

interface Kind {
  /** Kinds of declared gateways whose files these can be; null: every one. */
  readonly of: readonly GatewayKind[] | null
  readonly files: (place: Place, certificate: GatewayCertificate | null) => readonly PlaceFile[]
}

/** Of `accueil gateway config --kind`. */
export const KINDS = {
  opennds: { of: ['opennds'], files: debian },
  openwrt: {
    of: ['opennds'],
    files: (place) => [
      { name: 'opennds', text: openndsUci(place), mode: '0600' },
      { name: 'place.nft', text: nftables(place) },
      { name: 'isolate.sh', text: isolation(place), mode: '0755' },
      { name: 'setup.sh', text: openwrtDhcp(place), mode: '0755' },
    ],
  },
  hostapd: {
    of: null,
    files: (place, certificate) => {
      if (place.devices.dot1x === null || place.staff === null) {
        throw new AppError(
          'place',
          `hostapd is for 802.1X: name its device with --wifi IF or --wired IF, and declare a staff network of ${place.gateway.site}`,
        )
      }
      return debian(place, certificate)
    },
  },
  mikrotik: {
    of: ['mikrotik'],
    files: (place, certificate) => [
      { name: 'place.rsc', text: mikrotikScript(place), mode: '0600' },
      { name: 'login.html', text: mikrotikLogin(place) },
      ...pemFiles(place, certificate),
    ],
  },
  unifi: { of: ['unifi'], files: (place) => [valuesFile(place)] },
  generic: {
    of: null,
    files: (place, certificate) => [
      valuesFile(place),
      { name: 'sign.sh', text: signScript(place), mode: '0700' },
      ...pemFiles(place, certificate),
    ],
  },
} as const satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof KINDS

export const KIND_LIST = Object.keys(KINDS).join(', ')

export function isKindName(text: string): text is KindName {
  return text in KINDS
}

/** Everything in the folder of a place. */
export function placeFiles(
  kind: KindName,
  place: Place,
  certificate: GatewayCertificate | null,
): readonly PlaceFile[] {
  const text = readme(kind, place)
  const own = KINDS[kind].files(place, certificate)
  const target = '/etc/accueil/README.md'
  const all = [...own, { name: 'README.md', text, ...(isDebian(kind) ? { target } : {}) }]
  if (!isDebian(kind)) return all
  return [...all, { name: 'install.sh', text: installScript(place, all), mode: '0755' }]
}

function isDebian(kind: KindName): boolean {
  return kind === 'opennds' || kind === 'hostapd'
}

/** openNDS where the gateway has it, 802.1X where it was given a device, and what both stand on. */
function debian(place: Place, certificate: GatewayCertificate | null): readonly PlaceFile[] {
  const secret = { mode: '0600' } as const
  const staffNames = dnsmasq(place, 'staff')
  const proxy = radiusProxyConf(place)
  const hostapd = hostapdConf(place)
  const proxied = { mode: '0640', group: 'freerad' } as const
  return [
    { name: 'place.nft', text: nftables(place), target: '/etc/accueil/place.nft' },
    {
      ...{ name: 'dnsmasq.conf', text: dnsmasq(place, 'guest') ?? '', ...secret },
      target: '/etc/dnsmasq.d/accueil.conf',
    },
    ...(staffNames === null
      ? []
      : [
          {
            ...{ name: 'dnsmasq-staff.conf', text: staffNames, ...secret },
            target: '/etc/accueil/dnsmasq-staff.conf',
          },
          {
            name: 'accueil-staff-names.service',
            text: STAFF_NAMES_UNIT,
            target: '/etc/systemd/system/accueil-staff-names.service',
          },
        ]),
    { name: 'sysctl.conf', text: sysctl(place), target: '/etc/sysctl.d/60-accueil.conf' },
    {
      name: 'accueil-firewall.service',
      text: FIREWALL_UNIT,
      target: '/etc/systemd/system/accueil-firewall.service',
    },
    {
      ...{ name: 'isolate.sh', text: isolation(place), mode: '0755' },
      target: '/etc/accueil/isolate.sh',
    },
    {
      name: 'accueil-isolation.service',
      text: ISOLATION_UNIT,
      target: '/etc/systemd/system/accueil-isolation.service',
    },
    ...(place.gateway.kind === 'opennds'
      ? [
          {
            ...{ name: 'opennds.conf', text: openndsConf(place), ...secret },
            target: '/etc/opennds/opennds.conf',
          },
          {
            ...{ name: 'before-opennds.sh', text: BEFORE_OPENNDS, mode: '0755' },
            target: '/etc/accueil/before-opennds.sh',
          },
          {
            name: 'opennds-accueil.conf',
            text: OPENNDS_DROP_IN,
            target: '/etc/systemd/system/opennds.service.d/accueil.conf',
          },
        ]
      : []),
    ...(hostapd === null
      ? []
      : [
          {
            ...{ name: 'hostapd.conf', text: hostapd, ...secret },
            target: '/etc/hostapd/hostapd.conf',
          },
          { name: 'hostapd.vlan', text: hostapdVlans(place), target: VLAN_FILE },
        ]),
    ...(proxy === null
      ? []
      : [
          {
            ...{ name: 'radius-proxy.conf', text: proxy, ...proxied },
            target: `${PROXY_FOLDER}/radiusd.conf`,
          },
          {
            name: 'accueil-radius-proxy.service',
            text: PROXY_UNIT,
            target: '/etc/systemd/system/accueil-radius-proxy.service',
          },
          ...pemFiles(place, certificate).map((file) => ({
            ...{ ...file, ...proxied },
            target: `${PROXY_FOLDER}/${file.name}`,
          })),
        ]),
  ]
}

function valuesFile(place: Place): PlaceFile {
  return { name: 'values.txt', text: values(place), mode: '0600' }
}

/** For RadSec: the root above our certificate, and the gateway's own; throws a sentence where that is missing. */
function pemFiles(
  { gateway, centre }: Place,
  certificate: GatewayCertificate | null,
): readonly PlaceFile[] {
  if (gateway.radsec === null || gateway.radsec.by === 'psk') return []
  if (certificate === null) {
    throw new AppError(
      'place',
      `gateway ${gateway.name} comes by RadSec: give its certificate and key with --certificate FILE --key FILE; accueil ca gateway ${gateway.name} --out DIR makes them`,
    )
  }
  return [
    { name: 'centre-ca.pem', text: centre.caPem },
    { name: 'gateway.pem', text: certificate.pem },
    { name: 'gateway.key', text: certificate.keyPem, mode: '0600' },
  ]
}
