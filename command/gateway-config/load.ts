import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { AppError } from '#core/error.ts'
import type { Config } from '#core/config.ts'
import type { Database } from '#db/connection.ts'
import { entryPath } from '#db/gateway-entry.ts'
import { loadGateways } from '#db/gateways.ts'
import type { Gateway } from '#db/gateways.ts'
import { loadGuestPlaces } from '#db/guest-places.ts'
import { serverName } from '#core/pki/server-name.ts'
import { loadServerCertificate } from '../../radius-server/eap/certificate-store.ts'
import type { House } from '../house.ts'
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
  readonly encryptedDns: string | null
  readonly devices: Place['devices']
}

/** Everything that the files are made from; throws a sentence where something is missing or does not fit. */
export async function loadPlace(
  house: Pick<House, 'config' | 'seal'>,
  database: Database,
  wish: PlaceWish,
): Promise<Place> {
  const { config } = house
  const gateway = gatewayOf(await loadGateways(database, house.seal), wish)
  const { guest, staff } = gateway
  if (guest === null) {
    throw new AppError('place', `${wish.code} has no guest network: declare networks.guest`)
  }
  const ssids = await loadGuestPlaces(database)
  const { caPem } = await loadServerCertificate(
    { database, seal: house.seal, clock: Date.now },
    config.publicUrl,
    'p256',
  )
  return {
    gateway,
    guest: placeNetwork(guest, ssids.get(wish.code)?.ssid ?? null),
    staff: staff === null ? null : placeNetwork(staff, null),
    centre: {
      address: wish.centre ?? (await addressOf(config.publicUrl)),
      portalUrl: config.publicUrl,
      portalPath: pathOf(gateway),
      ports: portsOf(config),
      radiusName: serverName(config.publicUrl),
      caPem,
      encryptedDns: wish.encryptedDns,
    },
    devices: wish.devices,
    garden: await Promise.all(wish.garden.map((one) => (isIPv4(one) ? one : resolved(one)))),
    ownPorts: freePorts([guest, staff]),
  }
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

async function addressOf({ hostname }: URL): Promise<string> {
  return isIPv4(hostname) ? hostname : resolved(hostname)
}

async function resolved(name: string): Promise<string> {
  try {
    return (await lookup(name, { family: 4 })).address
  } catch {
    throw new AppError(
      'place',
      `"${name}" has no IPv4 address here: give ours as the place reaches it with --centre ADDRESS`,
    )
  }
}
