import type postgres from 'postgres'
import { transport } from './gateways.ts'

/** A gateway with everything that is known of how it does. */
export interface GatewaySigns {
  readonly name: string
  readonly kind: string
  readonly address: string | null
  readonly transport: 'udp' | 'radsec'
  readonly messageAuthenticator: string
  readonly heardAt: Date | null
  readonly clockSkewMs: number | null
  /** When it last asked whether to let somebody in, and told of a session. */
  readonly accessAt: Date | null
  readonly accountingAt: Date | null
  readonly connectedAt: Date | null
  readonly certificateEndsAt: Date | null
  /** When it was first and last seen to sign its requests, and not to. */
  readonly signedAt: Date | null
  readonly unsignedAt: Date | null
  readonly enforcedAt: Date | null
  readonly refused: number
  /** Packets from its address that its secret did not make. */
  readonly forged: number
  /** When it last sent a phone to the portal, and what it says that it is. */
  readonly arrivalAt: Date | null
  readonly software: string | null
}

/** When names were last asked for from a network of a place. */
export interface NameSign {
  readonly network: 'guest' | 'staff'
  /** The hour in which it was. */
  readonly hour: Date
}

type Sql = postgres.TransactionSql

const MOST = 20

export async function gatewaySignsAt(sql: Sql, site: string): Promise<readonly GatewaySigns[]> {
  return sql<GatewaySigns[]>`
    select g.name, g.kind, g.address::text,
           ${transport(sql)},
           g.message_authenticator as "messageAuthenticator", p.heard_at as "heardAt",
           p.clock_skew_ms::float8 as "clockSkewMs", p.access_at as "accessAt",
           p.accounting_at as "accountingAt", p.connected_at as "connectedAt",
           p.certificate_ends_at as "certificateEndsAt", p.signed_at as "signedAt",
           p.unsigned_at as "unsignedAt", p.enforced_at as "enforcedAt",
           coalesce(p.refused, 0)::float8 as refused, coalesce(p.forged, 0)::float8 as forged,
           a.at as "arrivalAt", a.software
    from house.gateway g
    left join house.gateway_posture p on p.gateway = g.name
    left join house.gateway_arrival a on a.gateway = g.name
    where g.site = ${site} order by g.name limit ${MOST}`
}

/** In the last days. */
export async function nameSignsAt(sql: Sql, site: string): Promise<readonly NameSign[]> {
  return sql<NameSign[]>`
    select network, max(hour) as hour from house.filter_count
    where site = ${site} and hour > now() - interval '8 days' group by network order by network`
}
