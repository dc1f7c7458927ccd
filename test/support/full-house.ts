import type postgres from 'postgres'

/**
 * The first house at its size: 112 associations, 2,333 places with a gateway each, one in nineteen silent, 20,000 who are
 * connected, a month counted. `secretOf` seals what a gateway of that name has for a secret.
 */
export async function fillTheHouse(
  sql: postgres.Sql,
  secretOf: (gateway: string) => string,
): Promise<void> {
  await sql`
    insert into house.association
    select code, 'Association départementale ' || code
    from (select lpad(n::text, 2, '0') || case when n > 95 then 'B' else '' end as code
          from generate_series(1, 110) n) a on conflict do nothing`
  const sites = await sql<{ code: string; n: number }[]>`
    insert into house.site (code, name, association, timezone)
    select s.association || '-' || (1000 + n), repeat('Centre ', 20) || n, s.association, 'Europe/Paris'
    from (select code as association, row_number() over (order by code) - 1 as place
          from house.association) s
    join generate_series(0, 2331) n on n % 110 = s.place
    returning code, split_part(code, '-', 2)::int - 1000 as n`
  const gateways = sites.map(({ code, n }) => ({
    ...{ name: `gw-${code}`, site: code, address: `10.${Math.floor(n / 250)}.${n % 250}.1/32` },
    ...{ secret: secretOf(`gw-${code}`), kind: 'generic' },
  }))
  await sql`insert into house.gateway ${sql(gateways)}`
  await sql`
    insert into house.gateway_posture
      (gateway, transport, heard_at, clock_skew_ms, requests, unsigned, refused, over_limit)
    select name, 'udp', now() - case when hashtext(name) % 19 = 0 then interval '5 hours' else '0' end,
           case when hashtext(name) % 400 = 0 then 90000 else 20 end, 1, 0, 0, 0 from house.gateway
    on conflict do nothing`
  await sql`
    insert into log.session (key, day, id, gateway, site, network, mac, started_at, last_at, start_rank,
      accounted, interval_seconds, generation, version, trail)
    select gen_random_uuid(), current_date, gen_random_uuid(), g.name, g.site, 'guest',
           '02:00:00:00:00:01', now(), now(), 0, true, 600, 0, 0, '{}'
    from house.gateway g, generate_series(1, 9) limit 20000`
  await sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select date_trunc('hour', now()) - h * interval '1 hour', null, null, kind, name, 10000 + h
    from generate_series(0, 743) h, unnest(array['connected', 'join', 'failure', 'blocked']) kind,
         unnest(array['guest', 'staff', 'wrong-password', 'unknown-account', 'adult']) name
    on conflict do nothing`
}
