import type { GatewayKind } from '#db/gateways.ts'
import type { GatewayAdapter } from './gateway.ts'
import { generic } from './generic.ts'
import { opennds } from './opennds.ts'

/** Every kind has its adapter: a new kind in the database fails the type check here. */
const ADAPTERS: Readonly<Record<GatewayKind, GatewayAdapter>> = { opennds, generic }

export function adapterOf(kind: GatewayKind): GatewayAdapter {
  return ADAPTERS[kind]
}

/** All kinds share `/guest`; the query's shape says which one speaks. */
export function recogniseAdapter(query: URLSearchParams): GatewayAdapter | null {
  return Object.values(ADAPTERS).find((adapter) => adapter.recognises(query)) ?? null
}
