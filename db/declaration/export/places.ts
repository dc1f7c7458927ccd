import type { Selectable } from 'kysely'
import { DEFAULT_MESSAGE_AUTHENTICATOR } from '../schema.ts'
import type { GatewaySettings } from '../../gateway-kinds.ts'
import { settingsContext } from '../../gateway-settings.ts'
import { openSecret } from '../../gateways.ts'
import type { NetworkKind } from '../../sites.ts'
import type { Tables } from '../../tables.ts'
import { withNetworks } from './filters.ts'
import type { FilterAt } from './filters.ts'
import { lengthOfTime, managed, said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

const KINDS = ['guest', 'staff'] as const satisfies readonly NetworkKind[]

type GatewayRow = Selectable<Tables['house.gateway']>
type NetworkRow = Selectable<Tables['house.network']>
type DeviceRow = Selectable<Tables['house.filter_device']>

export async function writeAssociations(
  { kysely }: Writing,
  filterAt: FilterAt,
): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('house.association').selectAll().orderBy('code').execute()
  return rows.map(({ code, name }) => ({
    ...{ code, name },
    ...said({ filter: withNetworks(filterAt, { association: code }) }, ['filter']),
  }))
}

/** Places whole, as the format has them. Those of the demonstration go with the first that is declared. */
export async function writeSites(writing: Writing, filterAt: FilterAt): Promise<readonly Said[]> {
  const { kysely } = writing
  const sites = await kysely
    .selectFrom('house.site')
    .selectAll()
    .where('provisional', '=', false)
    .orderBy('code')
    .execute()
  const networks = Map.groupBy(await readNetworks(writing), ({ site }) => site)
  const gateways = Map.groupBy(await readGateways(writing), ({ site }) => site)
  const devices = Map.groupBy(
    await kysely.selectFrom('house.filter_device').selectAll().orderBy('name').execute(),
    ({ site, network }) => `${site} ${network}`,
  )
  const settings = await readSettings(writing)
  const openings = await kysely
    .selectFrom('house.opening')
    .select(['site', 'hours'])
    .where('site', 'is not', null)
    .execute()
  const openAt = new Map(openings.map(({ site, hours }) => [site, hours]))
  return sites.map(({ code, name, association, timezone, declared, postal_address: address }) => ({
    ...{ code, name, association, timezone },
    ...said({ address, managed: managed(declared), opening: openAt.get(code) }),
    ...kept('filter', filterAt({ site: code })),
    networks: Object.fromEntries(
      (networks.get(code) ?? []).map((network) => [
        network.kind,
        networkOf(network, devices.get(`${code} ${network.kind}`) ?? [], filterAt),
      ]),
    ),
    gateways: (gateways.get(code) ?? []).map((gateway) =>
      gatewayOf(gateway, settings.get(gateway.name), writing),
    ),
  }))
}

/** A level of the filter may say nothing and be there all the same. */
function kept(key: string, value: Said | undefined): Said {
  return value === undefined ? {} : { [key]: value }
}

async function readNetworks({ kysely }: Writing): Promise<readonly NetworkRow[]> {
  const rows = await kysely
    .selectFrom('house.network')
    .selectAll()
    .select((eb) => [
      eb.ref('subnets').$castTo<string[]>().as('subnets'),
      eb.fn<string | null>('host', ['nat_address']).as('nat_address'),
    ])
    .execute()
  return rows.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
}

function networkOf(network: NetworkRow, devices: readonly DeviceRow[], filterAt: FilterAt): Said {
  const { site, kind, vlan, ssid, subnets, grant_seconds: grant } = network
  const { nat_address: address, nat_first_port: first, nat_last_port: last } = network
  return {
    subnets,
    grant: lengthOfTime(grant),
    ...said({ vlan, ssid, captive: captiveOf(network) }),
    ...(first === null
      ? {}
      : { nat: { ...said({ address }), ports: `${first}-${last}`, each: network.nat_ports_each } }),
    ...kept('filter', filterAt({ site, network: kind })),
    ...said({
      devices: devices.map(({ name, mac }) => ({
        ...{ name, ...said({ mac }) },
        ...kept('filter', filterAt({ site, network: kind, device: name })),
      })),
    }),
  }
}

function captiveOf(network: NetworkRow): Said | null {
  const { captive_grant_seconds: grant, captive_random_mac_seconds: random } = network
  if (grant === null || random === null) return null
  return {
    ...said({
      ssid: network.captive_ssid,
      gateways: network.captive_gateways,
      vlan: network.captive_vlan,
    }),
    ...{ grant: lengthOfTime(grant), random_mac: lengthOfTime(random) },
  }
}

async function readGateways({ kysely }: Writing): Promise<readonly GatewayRow[]> {
  return kysely
    .selectFrom('house.gateway')
    .selectAll()
    .select((eb) => eb.cast<string | null>('address', 'text').as('address'))
    .orderBy('name')
    .execute()
}

async function readSettings({
  kysely,
  seal,
}: Writing): Promise<ReadonlyMap<string, GatewaySettings>> {
  const rows = await kysely
    .selectFrom('house.gateway_settings')
    .select(['gateway', 'settings'])
    .execute()
  return new Map(
    rows.map(({ gateway, settings }) => [
      gateway,
      JSON.parse(openSecret(seal, settings, settingsContext(gateway))) as GatewaySettings,
    ]),
  )
}

function gatewayOf(
  gateway: GatewayRow,
  settings: GatewaySettings | undefined,
  { seal, secret }: Writing,
): Said {
  const { name, fas_level: level, coa_port: port } = gateway
  const open = (text: string, what: string): string => openSecret(seal, text, `${what}:${name}`)
  return {
    name,
    ...said({ address: gateway.address }),
    secret: secret('sites.*.gateways.*.secret', open(gateway.secret, 'gateway')),
    ...{ kind: gateway.kind, vendor: gateway.vendor },
    ...(gateway.message_authenticator === DEFAULT_MESSAGE_AUTHENTICATOR
      ? {}
      : { message_authenticator: gateway.message_authenticator }),
    // Where it was openNDS before, its key waits for that to be undone.
    ...(gateway.kind !== 'opennds' || level === null || gateway.fas_key === null
      ? {}
      : {
          fas: { level, key: secret('sites.*.gateways.*.fas.key', open(gateway.fas_key, 'fas')) },
        }),
    ...said({
      radsec: said({
        certificate: gateway.radsec_certificate && `sha256:${gateway.radsec_certificate}`,
        name: gateway.radsec_name,
        authority: gateway.radsec_authority,
        psk:
          gateway.radsec_psk &&
          secret('sites.*.gateways.*.radsec.psk', open(gateway.radsec_psk, 'radsec')),
      }),
    }),
    ...(port === null
      ? {}
      : {
          coa: {
            port,
            ...said({
              secret:
                gateway.coa_secret &&
                secret('sites.*.gateways.*.coa.secret', open(gateway.coa_secret, 'coa')),
            }),
          },
        }),
    ...(settings === undefined ? {} : settingsOf(settings, secret)),
  }
}

function settingsOf(
  { uam, controller, login, captive }: GatewaySettings,
  secret: Writing['secret'],
): Said {
  return said({
    uam: uam && { ...uam, secret: secret('sites.*.gateways.*.uam.secret', uam.secret) },
    controller:
      controller &&
      said({
        ...controller,
        certificate: controller.certificate && `sha256:${controller.certificate}`,
        api_key:
          controller.api_key && secret('sites.*.gateways.*.controller.api_key', controller.api_key),
        password:
          controller.password &&
          secret('sites.*.gateways.*.controller.password', controller.password),
      }),
    login,
    captive,
  })
}
