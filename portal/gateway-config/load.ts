import { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { AppError } from '#core/error.ts'
import type { Config } from '#core/config.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from '#db/connection.ts'
import { dnsTokenOf } from '#db/dns-tokens.ts'
import { entryPath } from '#db/gateway-entry.ts'
import { loadGateways } from '#db/gateways.ts'
import type { Gateway } from '#db/gateways.ts'
import { loadGuestPlaces } from '#db/guest-places.ts'
import { serverName } from '#core/pki/server-name.ts'
import { rootsOf } from '#db/own-authority.ts'
import type { Generation } from '#db/own-authority.ts'
import type { NetworkKind } from '#db/sites.ts'
import { walledGardenNames } from '#db/walled-garden.ts'
import { KINDS } from './kinds.ts'
import type { KindName } from './kinds.ts'
import { freePorts, placeNetwork } from './place.ts'
import type { Place } from './place.ts'

/** What was said on the command line. */
export interface PlaceWish {
  readonly code: string
  readonly kind: KindName
  /** Of a place that has several. */
  readonly gateway: string | null
  /** Our IPv4 address as the place reaches it; null: that of the public URL. */
  readonly centre: string | null
  readonly garden: readonly string[]
  readonly centre6: string | null
  /** The name of our resolver over TLS; null: that of its certificate, where it has one. */
  readonly encryptedDns: string | null
  readonly devices: Place['devices']
}

/** Where a place is declared. */
export interface PlaceHouse {
  readonly config: Config
  readonly seal: Seal
  /** As the portal sees it. */
  readonly database: Database
  /** Of our certificate authority. */
  readonly generations: () => Promise<readonly Generation[]>
}

/** Everything that the files are made from; throws a sentence where something is missing or does not fit. */
export async function loadPlace(house: PlaceHouse, wish: PlaceWish): Promise<Place> {
  const { config, database } = house
  const gateway = gatewayOf(await loadGateways(database, house.seal), wish)
  const { guest, staff } = gateway
  if (guest === null) {
    throw new AppError('place', `${wish.code} has no guest network: declare networks.guest`)
  }
  const ssids = await loadGuestPlaces(database)
  const tokenOf = (network: NetworkKind): Promise<string> =>
    dnsTokenOf(database, house.seal, { site: wish.code, network, device: null })
  const generations = await house.generations()
  if (generations.length === 0) {
    throw new AppError(
      'place',
      'there is no certificate authority yet: the RADIUS server makes it at its first start',
    )
  }
  return {
    gateway,
    guest: placeNetwork(guest, {
      ssid: ssids.get(wish.code)?.ssid ?? null,
      dnsToken: await tokenOf('guest'),
    }),
    staff:
      staff === null ? null : placeNetwork(staff, { ssid: null, dnsToken: await tokenOf('staff') }),
    centre: {
      address: wish.centre ?? (await addressOf(config.publicUrl)),
      portalUrl: config.publicUrl,
      portalPath: pathOf(gateway),
      ports: portsOf(config),
      radiusName: serverName(config.publicUrl),
      // Today's and the next one's: no gateway falls off when the root is changed.
      caPem: rootsOf(generations, Date.now()).join(''),
      address6: wish.centre6,
      encryptedDns: encryptedDnsOf(config, wish.encryptedDns),
    },
    devices: wish.devices,
    garden: await gardenOf(database, config, wish.garden),
    ownPorts: freePorts([guest, staff]),
  }
}

/** What was asked for, and by what staff sign in; a gateway takes addresses, and all names below one have none. */
async function gardenOf(
  database: Database,
  config: Config,
  wished: readonly string[],
): Promise<readonly string[]> {
  const names = await walledGardenNames(database, config.oidc)
  const all = new Set([...wished, ...names.filter((name) => !name.startsWith('*.'))])
  return Promise.all([...all].map(gardenAddress))
}

function gatewayOf(all: readonly Gateway[], wish: PlaceWish): Gateway {
  const here = all.filter(({ site }) => site === wish.code)
  if (here.length === 0) {
    throw new AppError('place', `no place ${wish.code} with a gateway is declared`)
  }
  const kinds = KINDS[wish.kind].of
  const fitting = here.filter(
    ({ name, kind }) =>
      (wish.gateway === null || name === wish.gateway) &&
      (kinds === null || kinds.some((one) => one === kind)),
  )
  const [gateway, other] = fitting
  const names = here.map(({ name, kind }) => `${name} (${kind})`).join(', ')
  if (gateway === undefined) {
    throw new AppError(
      'place',
      `${wish.code} has no gateway for --kind ${wish.kind}: it has ${names}`,
    )
  }
  if (other !== undefined) {
    throw new AppError('place', `${wish.code} has several: say --gateway NAME, of ${names}`)
  }
  return gateway
}

/** The path that a phone is sent to: openNDS below level 2 says itself who it is. */
function pathOf(gateway: Gateway): string {
  if (gateway.kind === 'generic') return '/guest'
  const isNamed = gateway.kind === 'opennds' && (gateway.fas?.level ?? 0) < 2
  return isNamed ? '/guest' : entryPath(gateway)
}

function portsOf(config: Config): Place['centre']['ports'] {
  const { radius, radiusAcct, radsec, dns } = config
  return {
    ...{ radius: radius.port, radiusAcct: radiusAcct.port },
    ...{ radsec: radsec.port, dns: dns.port },
  }
}

const USUAL = { dotPort: 853, dohPort: 443 } as const

/** Of our own resolver, or of one in front of it that was named. */
function encryptedDnsOf({ dnsTls }: Config, name: string | null): Place['centre']['encryptedDns'] {
  if (dnsTls === null) return name === null ? null : { name, ...USUAL }
  const { certificateFile, dot, doh } = dnsTls
  const names = new X509Certificate(readFileSync(certificateFile)).subjectAltName ?? ''
  const found = name ?? /DNS:([^*,\s]+)/.exec(names)?.[1]
  if (found === undefined) {
    throw new AppError(
      'place',
      `${certificateFile} is for no name of its own: say which devices are to check, with --encrypted-dns NAME`,
    )
  }
  return { name: found, dotPort: dot.port, dohPort: doh.port }
}

async function gardenAddress(name: string): Promise<string> {
  if (isIPv4(name)) return name
  const address = await ipv4Of(name)
  if (address !== null) return address
  throw new AppError(
    'place',
    `"${name}" has no IPv4 address here, and guests are to reach it: look at --garden, sign_in and OIDC_ISSUER`,
  )
}

async function addressOf({ hostname }: URL): Promise<string> {
  const address = isIPv4(hostname) ? hostname : await ipv4Of(hostname)
  if (address !== null) return address
  throw new AppError(
    'place',
    `"${hostname}" has no IPv4 address here: give ours as the place reaches it with --centre ADDRESS`,
  )
}

async function ipv4Of(name: string): Promise<string | null> {
  try {
    return (await lookup(name, { family: 4 })).address
  } catch {
    return null
  }
}
