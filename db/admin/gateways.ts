import type postgres from 'postgres'

/** A gateway as administrators see it: no secret of it is read. */
export interface AdminGateway {
  readonly name: string
  readonly site: string
  readonly kind: string
  readonly vendor: string
  readonly address: string | null
  /** How it proves itself. */
  readonly transport: 'udp' | 'radsec'
  readonly messageAuthenticator: string
  /** Null: not heard yet. */
  readonly heardAt: Date | null
  readonly clockSkewMs: number | null
  readonly refused: number
}

/** By name. */
export async function listGateways(
  sql: postgres.TransactionSql,
  { q, site }: { readonly q: string | null; readonly site: string | null },
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly AdminGateway[]> {
  return sql<AdminGateway[]>`
    select g.name, g.site, g.kind, g.vendor, g.address::text,
           case when num_nonnulls(g.radsec_certificate, g.radsec_name) > 0 then 'radsec' else 'udp' end
             as transport,
           g.message_authenticator as "messageAuthenticator", p.heard_at as "heardAt",
           p.clock_skew_ms::float8 as "clockSkewMs", coalesce(p.refused, 0)::float8 as refused
    from house.gateway g left join house.gateway_posture p on p.gateway = g.name
    where (${q}::text is null or position(lower(${q}) in lower(g.name)) > 0)
      and (${site}::text is null or g.site = ${site})
      and (${after}::text is null or g.name > ${after})
    order by g.name limit ${rows}`
}
