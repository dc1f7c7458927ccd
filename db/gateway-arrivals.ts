import type { Database } from './connection.ts'

/** That a gateway sent somebody to the portal. */
export interface GatewayArrival {
  readonly gateway: string
  readonly at: Date
  /** What it says that it is, such as `openNDS-10.3.1`; null where it says nothing. */
  readonly software: string | null
}

/** The latest of each; of a gateway that is gone meanwhile, none. */
export async function saveArrivals(
  { sql }: Pick<Database, 'sql'>,
  arrivals: readonly GatewayArrival[],
): Promise<void> {
  await sql`
    insert into house.gateway_arrival as known (gateway, at, software)
    select new.gateway, max(new.at), max(new.software)
    from json_to_recordset(${JSON.stringify(arrivals)}::text::json)
      as new (gateway text, at timestamptz, software text)
    join house.gateway g on g.name = new.gateway
    -- Two copies of the portal that write at once wait for each other and never in a circle.
    group by new.gateway order by new.gateway
    on conflict (gateway) do update set
      at = greatest(known.at, excluded.at), software = coalesce(excluded.software, known.software)`
}
