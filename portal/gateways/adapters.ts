import type { GatewayKind } from '#db/gateways.ts'
import type { GatewayAdapter } from './gateway.ts'
import { generic } from './generic.ts'
import { meraki } from './meraki.ts'
import { mikrotik } from './mikrotik.ts'
import { omada } from './omada.ts'
import { opennds } from './opennds.ts'
import { aruba, cisco } from './redirected.ts'
import { ruckus } from './ruckus.ts'
import { coovachilli, uspot } from './uam.ts'
import { unifi } from './unifi.ts'

/** Every kind has its adapter: a new kind in db/gateway-kinds.ts fails the type check here. */
const ADAPTERS: Readonly<Record<GatewayKind, GatewayAdapter>> = {
  aruba,
  cisco,
  coovachilli,
  generic,
  meraki,
  mikrotik,
  omada,
  opennds,
  ruckus,
  unifi,
  uspot,
}

const ALL = Object.values(ADAPTERS)

export function adapterOf(kind: GatewayKind): GatewayAdapter {
  return ADAPTERS[kind]
}

/** Some kinds share `/guest`; the query's shape says which one speaks. */
export function recogniseAdapter(query: URLSearchParams): GatewayAdapter | null {
  return ALL.find((adapter) => adapter.recognises(query)) ?? null
}
