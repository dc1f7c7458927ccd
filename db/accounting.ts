import type { Database } from './connection.ts'
import { foldBySession } from './accounting-fold.ts'
import type { SessionUpdate } from './accounting-fold.ts'
import { partitionWindow } from './partitions.ts'
import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'

type TimeField = 'startedAt' | 'lastAt' | 'stoppedAt' | 'ipv4At' | 'ipv6At'

/**
 * Writes the records in one transaction and resolves after its commit. Records of a session may come
 * in any order, late, repeated or missing: counters only grow, the first stop stands, a start that
 * comes late still gives the start.
 */
export async function recordAccounting(
  database: Database,
  records: readonly AccountingRecord[],
): Promise<void> {
  const updates = foldBySession(records)
  if (updates.length === 0) return
  await database.sql.begin(async (sql) => {
    const column = <K extends keyof SessionUpdate>(name: K): SessionUpdate[K][] =>
      updates.map((update) => update[name])
    const times = (name: TimeField): (string | null)[] =>
      updates.map((update) => update[name]?.toISOString() ?? null)
    const counts = (name: 'octetsIn' | 'octetsOut'): (string | null)[] =>
      updates.map((update) => update[name]?.toString() ?? null)

    const days = partitionWindow(Date.now())

    // A connection known so far only from its acceptance becomes this session.
    const guests = updates.filter((update) => update.portalKey !== null)
    if (guests.length > 0) {
      await sql`
        update log.session s set key = p.key
        from unnest(${guests.map((guest) => guest.key)}::uuid[],
                    ${guests.map((guest) => guest.portalKey)}::uuid[]) as p(key, portal_key)
        where s.key = p.portal_key and s.stopped_at is null
          and not exists (select from log.session known where known.key = p.key)`
    }
    await sql`
      with packet as (
        select * from unnest(
          ${column('key')}::uuid[], ${column('id')}::uuid[],
          ${column('gateway')}::text[], ${column('site')}::text[], ${column('network')}::text[],
          ${column('mac')}::macaddr[], ${column('account')}::text[],
          ${column('ipv4')}::inet[], ${times('ipv4At')}::timestamptz[],
          ${column('ipv6')}::inet[], ${times('ipv6At')}::timestamptz[],
          ${times('startedAt')}::timestamptz[], ${column('startSeen').map(String)}::text[]::boolean[],
          ${times('lastAt')}::timestamptz[], ${times('stoppedAt')}::timestamptz[],
          ${column('cause')}::text[], ${column('seconds')}::bigint[],
          ${counts('octetsIn')}::numeric[], ${counts('octetsOut')}::numeric[]
        ) as p(key, id, gateway, site, network, mac, account, ipv4, ipv4_at, ipv6, ipv6_at,
               started_at, start_seen, last_at, stopped_at, cause, seconds, octets_in, octets_out)
      ), live as (
        insert into log.session as s
          (key, day, id, gateway, mac, account, ipv4, ipv4_at, ipv6, ipv6_at, started_at, start_seen,
           last_at, stopped_at, seconds, octets_in, octets_out)
        select key,
               -- A session that began before the oldest partition is kept under that partition's day.
               least(greatest((started_at at time zone 'UTC')::date, ${days.first}), ${days.last}),
               id, gateway, mac, account, ipv4, ipv4_at, ipv6, ipv6_at,
               started_at, start_seen, last_at, stopped_at, seconds, octets_in, octets_out
        from packet
        on conflict (key) do update set
          account = coalesce(s.account, excluded.account),
          ipv4 = case when excluded.ipv4_at >= coalesce(s.ipv4_at, '-infinity')
                      then excluded.ipv4 else s.ipv4 end,
          ipv4_at = greatest(s.ipv4_at, excluded.ipv4_at),
          ipv6 = case when excluded.ipv6_at >= coalesce(s.ipv6_at, '-infinity')
                      then excluded.ipv6 else s.ipv6 end,
          ipv6_at = greatest(s.ipv6_at, excluded.ipv6_at),
          started_at = case
            when excluded.start_seen = s.start_seen then least(s.started_at, excluded.started_at)
            when excluded.start_seen then excluded.started_at else s.started_at end,
          start_seen = s.start_seen or excluded.start_seen,
          last_at = greatest(s.last_at, excluded.last_at),
          stopped_at = coalesce(s.stopped_at, excluded.stopped_at),
          seconds = greatest(s.seconds, excluded.seconds),
          octets_in = greatest(s.octets_in, excluded.octets_in),
          octets_out = greatest(s.octets_out, excluded.octets_out)
        returning key, day, id, account, ipv4, ipv6, started_at, stopped_at
      )
      insert into log.connection as c
        (day, id, site, gateway, network, mac, account, ipv4, ipv6, started_at, stopped_at,
         stop_cause, terms_version)
      select live.day, live.id, packet.site, packet.gateway, packet.network, packet.mac,
             live.account, live.ipv4, live.ipv6, live.started_at, live.stopped_at, packet.cause,
             case when packet.network = 'guest' then
               (select a.terms_version from guest.access a where a.mac = packet.mac) end
      from live join packet using (key)
      on conflict (day, id) do update set
        account = excluded.account,
        ipv4 = excluded.ipv4,
        ipv6 = excluded.ipv6,
        started_at = excluded.started_at,
        stopped_at = excluded.stopped_at,
        stop_cause = coalesce(c.stop_cause, excluded.stop_cause),
        terms_version = coalesce(c.terms_version, excluded.terms_version)
      where (c.account, c.ipv4, c.ipv6, c.started_at, c.stopped_at)
        is distinct from
        (excluded.account, excluded.ipv4, excluded.ipv6, excluded.started_at, excluded.stopped_at)`
  })
}

/** Ends every open session of that gateway, by its name; returns how many there were. */
export async function closeGatewaySessions(
  database: Database,
  restart: GatewayRestart,
): Promise<number> {
  const rows = await database.sql`
    with ended as (
      update log.session set stopped_at = greatest(started_at, ${restart.at})
      where gateway = ${restart.gateway} and stopped_at is null and started_at <= ${restart.at}
      returning day, id, stopped_at
    )
    update log.connection c set stopped_at = ended.stopped_at, stop_cause = ${restart.cause}
    from ended where c.day = ended.day and c.id = ended.id
    returning c.id`
  return rows.count
}
